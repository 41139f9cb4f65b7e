"""Up to when an answer is complete, what is under way, and what is known to be lost."""

from datetime import datetime
from typing import Any

from qz_analytics.clickhouse import ClickHouse
from qz_analytics.query.zones import Span
from qz_common.clock import from_ms, to_ms

TOLD = """
SELECT count(), toUnixTimestamp64Milli(min(complete_until)), sum(in_flight)
FROM ingest_progress FINAL WHERE topic = {topic:String}
"""
GAPS = """
SELECT count(), sum(missing) FROM journal_gaps FINAL
WHERE missing > 0 AND before_ts >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')
    AND before_ts < fromUnixTimestamp64Milli({end:Int64}, 'UTC')
"""


async def completeness(
    reader: ClickHouse, topic: str, partitions: int, span: Span, now: datetime
) -> dict[str, Any]:
    """`complete_until` is null until every partition has been heard of."""
    told, until_ms, in_flight = (await reader.rows(TOLD, {"topic": topic}))[0]
    bound: dict[str, object] = {"start": span.start_ms, "end": span.end_ms}
    gaps, missing = (await reader.rows(GAPS, bound))[0]
    known = told >= partitions and until_ms > 0
    until = from_ms(min(until_ms, to_ms(now))).isoformat() if known else None
    return {
        "complete_until": until,
        "in_flight": in_flight,
        "gaps": {"count": gaps, "scans": missing},
    }
