"""Where a replica differs from what Postgres says.

A record may be on its way while the two are looked at, so a difference counts when it stands at
the same bytes on both sides twice, some seconds apart. The work on either side is bounded by pages
of the key's order; sides that agree exchange a digest per page and nothing else.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from qz_common.route_digest import MOST_LISTED, PAGE, Hashed, RoutesPage, digest_of
from qz_redirect.replica.truth import Truth

MOST_DIFFERENCES = 1000
SETTLE_SECONDS = 5.0
PAUSE_SECONDS = 0.02
"""Between two pages, for whoever else uses Postgres and this processor."""
Pair = tuple[bytes | None, bytes | None]
"""Hashes of a record in Postgres and in the replica."""


class Holder(Protocol):
    def hashed(self, after: str, last: str, most: int) -> list[Hashed]: ...


@dataclass
class Differences:
    """`extra` are records that Postgres has not, by the hash they have here."""

    compared: int = 0
    newest: int = 0
    missing: list[bytes] = field(default_factory=list)
    changed: list[bytes] = field(default_factory=list)
    extra: dict[bytes, bytes] = field(default_factory=dict)
    too_many: bool = False
    """There are more than these; the look ended early."""

    @property
    def count(self) -> int:
        return len(self.missing) + len(self.changed) + len(self.extra)

    def add(self, found: Mapping[bytes, Pair]) -> None:
        for key, (theirs, ours) in found.items():
            if ours is None:
                self.missing.append(key)
            elif theirs is None:
                self.extra[key] = ours
            else:
                self.changed.append(key)


async def compare(
    truth: Truth, replica: Holder, settle_seconds: float = SETTLE_SECONDS
) -> Differences:
    differences = Differences()
    suspects: list[tuple[tuple[str, str], dict[bytes, Pair]]] = []
    after, suspected = "", 0
    while not differences.too_many:
        page = await truth.page(after)
        differences.compared += page.count
        differences.newest = max(differences.newest, page.newest)
        if await _digest(replica, after, page) != page.digest:
            found, whole = await _look(truth, replica, after, page.last)
            suspects.append(((after, page.last), found))
            suspected += len(found)
            differences.too_many = not whole or suspected > MOST_DIFFERENCES
        if not page.last:
            break
        after = page.last
        await asyncio.sleep(PAUSE_SECONDS)
    if suspects:
        await asyncio.sleep(settle_seconds)
    for (after, last), first in suspects:
        again, _ = await _look(truth, replica, after, last)
        differences.add({key: pair for key, pair in again.items() if first.get(key) == pair})
    return differences


async def _digest(replica: Holder, after: str, page: RoutesPage) -> str:
    records = await asyncio.to_thread(replica.hashed, after, page.last, PAGE + 1)
    return await asyncio.to_thread(digest_of, records)


async def _look(
    truth: Truth, replica: Holder, after: str, last: str
) -> tuple[dict[bytes, Pair], bool]:
    """What differs now, and whether that is all."""
    theirs = await truth.hashes(after, last)
    ours = dict(await asyncio.to_thread(replica.hashed, after, last, MOST_LISTED))
    # of a list that was cut nothing can be said behind its end
    ends = [max(side) for side in (theirs, ours) if len(side) >= MOST_LISTED]
    differing = dict(_differing(theirs, ours))
    if not ends:
        return differing, True
    return {key: pair for key, pair in differing.items() if key <= min(ends)}, False


def _differing(
    theirs: Mapping[bytes, bytes], ours: Mapping[bytes, bytes]
) -> Iterator[tuple[bytes, Pair]]:
    for key in theirs.keys() | ours.keys():
        pair = theirs.get(key), ours.get(key)
        if pair[0] != pair[1] and pair[0] != b"":
            yield key, pair
