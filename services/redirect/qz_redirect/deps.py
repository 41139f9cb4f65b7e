"""Everything an edge holds open, opened in order and closed in reverse."""

import contextlib
import secrets
from collections.abc import AsyncIterator

from qz_common.geo import Geo
from qz_common.internal import internal_client
from qz_common.visitor import Salts
from qz_redirect.client import Proxies
from qz_redirect.front import open_gates
from qz_redirect.hit import Hits
from qz_redirect.hosts import Hosts
from qz_redirect.journal.open import open_journal
from qz_redirect.local import LocalEdge
from qz_redirect.replica.miss import ASK_SECONDS, MAX_AT_ONCE, Misses
from qz_redirect.replica.reader import Reader
from qz_redirect.settings import ServeSettings


@contextlib.asynccontextmanager
async def open_edge(settings: ServeSettings) -> AsyncIterator[LocalEdge]:
    async with contextlib.AsyncExitStack() as stack:
        proxies = Proxies(settings.trusted_proxies, settings.forward)
        gates = stack.enter_context(
            open_gates(
                internal_token=settings.internal_token,
                edge_url=settings.edge_url,
                redirect_status=settings.redirect_status,
            )
        )
        reader = Reader(settings.data.replica)
        stack.callback(reader.close)
        journal = open_journal(settings.data.journals, settings.segment_bytes)
        stack.callback(journal.close)
        api = internal_client(
            settings.api_url, settings.internal_token, ASK_SECONDS, most=MAX_AT_ONCE
        )
        await stack.enter_async_context(api)
        hits = Hits(
            reader,
            journal,
            Hosts(settings.own_hosts, reader.domain),
            Geo.open(settings.geo_database),
            Salts(secrets.token_bytes(32)),
            honour_privacy=settings.honour_privacy,
            redirect_status=settings.redirect_status,
        )
        yield LocalEdge(hits=hits, misses=Misses(api), proxies=proxies, gates=gates)
