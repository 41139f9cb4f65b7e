"""Every scan is counted once, though it may lie in two parts of the table until they are merged.

FINAL sees to that by reading five columns more and merging every row that is asked for. It is left
out where no scan can lie in two parts: a part holds a scan once, and a journal's numbers go up, so
parts that were written one after the other hold ranges of numbers that don't overlap. The ranges
come from a projection, in the same statement as the rows and so of the same parts. Where two
overlap (a row that came twice, or late) the statement ends, and is asked again with FINAL.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from qz_analytics.clickhouse import ClickHouse, Row
from qz_analytics.query.zones import Span
from qz_common.clock import from_ms

OVERLAPPING = 395
"""ClickHouse's number for `throwIf`."""
ONE_SNAPSHOT = "enable_shared_storage_snapshot_in_query"
"""An older ClickHouse reads each part of a statement from another moment: always FINAL there."""
OVERLAPS = """
SELECT countIf(reached >= low) FROM
(
    SELECT min(seq) AS low, lagInFrame(max(seq)) OVER (
        PARTITION BY _partition_id, journal ORDER BY min(seq)
        ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
    ) AS reached
    FROM scans WHERE _partition_id >= {first} AND _partition_id <= {last}
    GROUP BY _partition_id, _part, journal
)
"""
"""Ranges in the order of their lower ends: if any two overlap, two neighbours do."""

Statement = tuple[str, dict[str, object]]
Bind = Callable[[str], str]


def no_overlaps(spans: Sequence[Span], bind: Bind) -> str:
    """A condition that ends the statement where a scan may lie in two parts of these months."""
    first = _month(from_ms(min(span.start_ms for span in spans)))
    last = _month(from_ms(max(span.end_ms for span in spans)))
    asked = OVERLAPS.format(first=bind(first), last=bind(last))
    return f"NOT throwIf(({asked}) > 0, 'a scan may lie in two parts')"


async def ask_once(store: ClickHouse, statement: Callable[[bool], Statement]) -> list[Row]:
    """`statement` makes the question with FINAL (True) or without."""
    return await store.run(lambda client: _ask(client, statement))


def _ask(client: Client, statement: Callable[[bool], Statement]) -> list[Row]:
    if _sees_one_snapshot(client):
        try:
            return list(client.query(*statement(False)).result_rows)
        except DatabaseError as error:
            if error.code != OVERLAPPING:
                raise
    return list(client.query(*statement(True)).result_rows)


def _sees_one_snapshot(client: Client) -> bool:
    setting = client.server_settings.get(ONE_SNAPSHOT)
    return setting is not None and setting.value == "1"


def _month(moment: datetime) -> str:
    """As partitions of `scans` are named."""
    return moment.strftime("%Y%m")
