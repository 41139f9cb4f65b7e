"""What each journal may forget: its highest number with nothing missing below it."""

from qz_analytics.clickhouse import ClickHouse

MARKS = """
SELECT journal, max(top), min(hole) FROM
(
    SELECT journal, max(seq) AS top, 18446744073709551615 AS hole FROM scans GROUP BY journal
    UNION ALL
    SELECT journal, max(seq), 18446744073709551615 FROM journal_floors GROUP BY journal
    UNION ALL
    SELECT journal, max(last_seq), 18446744073709551615 FROM journal_gaps
    WHERE reason = 'dead' GROUP BY journal
    UNION ALL
    SELECT journal, toUInt64(0), toUInt64(min(first_seq) - 1) FROM journal_gaps FINAL
    WHERE reason = 'jump' AND missing > 0
        AND noticed_at > now64(3) - INTERVAL {grace:UInt32} SECOND
    GROUP BY journal
)
GROUP BY journal
"""


async def marks(reader: ClickHouse, grace_seconds: int) -> dict[str, int]:
    """By journal, in hexadecimal. A jump holds its journal back for the grace, then it is lost."""
    rows = await reader.rows(MARKS, {"grace": grace_seconds})
    return {f"{journal:016x}": min(top, hole) for journal, top, hole in rows}
