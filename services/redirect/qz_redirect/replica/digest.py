"""`python -m qz_redirect replica digest`: what the replica in use has other than Postgres.

Asks the API like the check of `replicate` does, beside whatever is running, and mends nothing.
"""

import asyncio
from collections.abc import Iterable

import lmdb

from qz_common.internal import internal_client
from qz_redirect.replica.compare import SETTLE_SECONDS, Differences, compare
from qz_redirect.replica.contents import Contents
from qz_redirect.replica.store import Generations, open_environment
from qz_redirect.replica.truth import AWAY, TIMEOUT_SECONDS, Truth
from qz_redirect.say import say
from qz_redirect.settings import ReplicateSettings

SHOWN_KEYS = 20


def run(settings: ReplicateSettings, settle_seconds: float = SETTLE_SECONDS) -> int:
    """The exit code."""
    root = settings.data.replica
    path = Generations(root).current()
    if path is None:
        return say(f"no replica below {root}", 1)
    try:
        with open_environment(path, writable=False) as env:
            found = asyncio.run(_compare(settings, Contents.of(env), settle_seconds))
    except (lmdb.Error, *AWAY) as error:
        return say(f"{path}: can't be compared: {error!r}", 1)
    for word, keys in (("missing", found.missing), ("changed", found.changed)):
        _say_keys(word, keys)
    _say_keys("extra", found.extra)
    more = " at least" if found.too_many else ""
    say(f"{path}: {found.compared} records of Postgres compared,{more} {found.count} differ")
    return int(found.count > 0)


async def _compare(
    settings: ReplicateSettings, contents: Contents, settle_seconds: float
) -> Differences:
    api = internal_client(settings.api_url, settings.internal_token, TIMEOUT_SECONDS)
    async with api:
        return await compare(Truth(api), contents, settle_seconds)


def _say_keys(word: str, keys: Iterable[bytes]) -> None:
    shown = sorted(keys)
    for key in shown[:SHOWN_KEYS]:
        say(f"{word}: {key.decode()}")
    if len(shown) > SHOWN_KEYS:
        say(f"{word}: {len(shown) - SHOWN_KEYS} more")
