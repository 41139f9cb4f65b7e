"""Running totals of links on the topic `tallies`: absolute, at most one per link and second.

Days that the rollups answer for come from `link_daily`, the others from raw rows. Totals that a
crash kept from being told are told at the next start, for the links of the last day.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiokafka import AIOKafkaProducer

from qz_analytics.clickhouse import ClickHouse, Row
from qz_common.clock import to_ms
from qz_common.events import Tally, encode

CHUNK = 1_000
PATIENCE_SECONDS = 5.0
"""How long totals may wait while there is a backlog."""
RECENT = (
    "SELECT DISTINCT workspace, link FROM scans WHERE ts > now() - INTERVAL 1 DAY AND link != ''"
)
MADE_DAYS = "SELECT start FROM rollup_periods FINAL WHERE kind = 'day' AND made"
OPEN_FROM = """
SELECT if(
    countIf(made) = 0,
    toDateTime(0, 'UTC'),
    least(
        if(countIf(NOT made) = 0, toDateTime('2100-01-01', 'UTC'), minIf(start, NOT made)),
        maxIf(start, made) + INTERVAL 1 DAY
    )
)
FROM rollup_periods FINAL WHERE kind = 'day'
"""
"""No row before this instant is in a day that the rollups don't answer for."""
PAIRS = "arrayZip({workspaces:Array(String)}, {links:Array(String)})"
TOTALS = f"""
SELECT workspace, link, any(mode), sum(scans), sumIf(scans, verdict = 'human'),
    sumIf(symbols, verdict = 'human'), toUnixTimestamp64Milli(min(first_at)),
    toUnixTimestamp64Milli(max(last_at))
FROM
(
    SELECT workspace, link, mode, verdict, scans, symbols, first_at, last_at
    FROM link_daily FINAL
    WHERE (workspace, link) IN {PAIRS} AND day IN ({MADE_DAYS}) AND scans > 0
    UNION ALL
    SELECT workspace, link, mode, verdict, count(), countIf(source = 'symbol'), min(ts), max(ts)
    FROM scans FINAL
    WHERE (workspace, link) IN {PAIRS} AND kind = 'scan' AND ts >= ({OPEN_FROM})
        AND toDateTime(toStartOfDay(ts), 'UTC') NOT IN ({MADE_DAYS})
    GROUP BY workspace, link, mode, verdict
)
GROUP BY workspace, link
"""

Link = tuple[str, str]
"""Workspace and link."""


@dataclass(slots=True)
class Tallies:
    reader: ClickHouse
    producer: AIOKafkaProducer
    topic: str
    waiting: set[Link] = field(default_factory=set)
    _published_at: float = field(default_factory=time.monotonic)

    def touch(self, links: set[Link]) -> None:
        self.waiting |= links

    def overdue(self) -> bool:
        return time.monotonic() - self._published_at > PATIENCE_SECONDS

    async def touch_recent(self) -> None:
        self.touch({(row[0], row[1]) for row in await self.reader.rows(RECENT)})

    async def publish(self, now: datetime) -> int:
        """Tells the totals of all links that wait; after a failure they wait again."""
        links, self.waiting = self.waiting, set()
        self._published_at = time.monotonic()
        try:
            return await self._publish(sorted(links), now)
        except BaseException:
            self.waiting |= links
            raise

    async def _publish(self, links: Sequence[Link], now: datetime) -> int:
        sent = []
        for at in range(0, len(links), CHUNK):
            for row in await totals(self.reader, links[at : at + CHUNK]):
                tally = _tally(row, now)
                key = tally.link.encode()
                sent.append(await self.producer.send(self.topic, key=key, value=encode(tally)))
        await asyncio.gather(*sent)
        return len(sent)


async def totals(reader: ClickHouse, links: Sequence[Link]) -> list[Row]:
    bound = {"workspaces": [link[0] for link in links], "links": [link[1] for link in links]}
    return await reader.rows(TOTALS, bound)


def _tally(row: Row, now: datetime) -> Tally:
    workspace, link, mode, total, human, symbol, first_ms, last_ms = row
    return Tally(
        workspace=workspace,
        link=link,
        mode=mode,
        total=total,
        human=human,
        symbol=symbol,
        first_scan_at_ms=first_ms,
        last_scan_at_ms=last_ms,
        as_of_ms=to_ms(now),
    )
