"""The edge as its slow application sees it: arrivals, pages and events over the same hits."""

from dataclasses import dataclass, field

from starlette.requests import Request

from qz_common.address import network_of
from qz_common.ids import is_slug
from qz_common.records import CodeRecord, PageRecord, code_key, page_key
from qz_common.rules import Decision
from qz_common.visit import Visit
from qz_redirect.client import Proxies
from qz_redirect.edge import Arrival, Gates, Reply
from qz_redirect.hit import Hits, Who, now_ms
from qz_redirect.hosts import Site
from qz_redirect.prepared import Prepared, target
from qz_redirect.replica.miss import Misses
from qz_redirect.replica.reader import decoded


@dataclass(frozen=True, kw_only=True, slots=True)
class Landed(Arrival):
    """An arrival with what its event will need."""

    prepared: Prepared = field(repr=False)
    who: Who = field(repr=False)
    fields: dict[bytes, bytes] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class LocalEdge:
    hits: Hits
    misses: Misses
    proxies: Proxies
    gates: Gates

    async def arrive(self, request: Request) -> Arrival | None:
        fields = dict(request.headers.raw)
        site = self.hits.hosts.site(fields.get(b"host", b""))
        path = slug_path(request)
        if site is None or path is None:
            return None
        address = self.address(request)
        prepared = await self._find(site, path, address)
        if prepared is None:
            self.hits.counters.misses += 1
            return None
        await self._learn_page(prepared.record, address)
        who = self.hits.recognise(prepared.workspace, path, fields, address, now_ms())
        query = request.scope["query_string"]
        return Landed(
            record=prepared.record,
            visit=self.hits.visit(prepared, who, query, request.method.encode(), fields),
            host=site.prefix.decode(),
            slug=prepared.key.decode().rpartition("/")[2],
            path=path.decode(),
            cookie=fields.get(b"cookie", b""),
            address=address,
            prepared=prepared,
            who=who,
            fields=fields,
        )

    def page(self, page_id: str) -> PageRecord | None:
        """Of the replica, or as the API just said it to be."""
        known = self.hits.reader.page(page_id)
        if known is not None:
            return known
        value = self.misses.answered(page_key(page_id))
        record = decoded(value) if value else None
        return record if isinstance(record, PageRecord) else None

    def root_url(self, request: Request) -> str:
        domain = self.hits.hosts.domain(request.headers.get("host", "").encode("latin-1"))
        return domain.root_url if domain else ""

    def leads_to(self, record: CodeRecord, visit: Visit, app: str) -> Decision:
        return self.hits.leads_to(record, visit, app)

    def count(self, arrival: Arrival, reply: Reply) -> None:
        assert isinstance(arrival, Landed)
        self.hits.counters.gated += 1
        self.hits.count(
            arrival.prepared,
            arrival.who,
            target(reply.decision),
            arrival.visit.query,
            arrival.visit.method.encode(),
            arrival.fields,
            reply.answer.status,
            reply.action,
        )
        self.hits.journal.commit()

    def address(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        return self.proxies.client_address(peer, request.headers.raw)

    async def _find(self, site: Site, path: bytes, address: str) -> Prepared | None:
        prepared = self.hits.find(site, path)
        if prepared is not None:
            return prepared
        slug = path.rpartition(b"/")[2].lower()
        key = code_key(site.prefix.decode(), slug.decode())
        value = await self.misses.ask(key, network_of(address))
        if value is None:
            return None
        return self.hits.prepare(site, site.prefix + b"/" + slug, value)

    async def _learn_page(self, record: CodeRecord, address: str) -> None:
        """The page of a link may arrive after the link."""
        if record.page and self.hits.reader.page(record.page) is None:
            await self.misses.ask(page_key(record.page), network_of(address))


def slug_path(request: Request) -> bytes | None:
    """`/{slug}` or `/r/{slug}` as it was asked for; None for what no slug can look like."""
    slug = str(request.path_params["slug"])
    if not is_slug(slug.lower()) or not slug.isascii():
        return None
    path: str = request.scope["path"]
    return f"{path[:2] if path[:3].lower() == '/r/' else ''}/{slug}".encode()
