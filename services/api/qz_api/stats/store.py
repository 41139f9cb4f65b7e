"""All SQL about running totals."""

from collections.abc import Sequence

from qz_api.connection import Connection, Row
from qz_common.clock import from_ms
from qz_common.events import Tally
from qz_common.ids import read_id

APPLY = """
WITH told AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[],
                         $6::timestamptz[], $7::timestamptz[], $8::timestamptz[])
        AS t (workspace_id, id, human, total, symbol, first_at, last_at, as_of)
), locked AS (
    SELECT l.id FROM links l JOIN told USING (workspace_id, id) ORDER BY l.id FOR UPDATE OF l
)
UPDATE links l SET scan_count = t.human, total_count = t.total, symbol_count = t.symbol,
    first_scan_at = t.first_at, last_scan_at = t.last_at, scans_as_of = t.as_of
FROM told t JOIN locked USING (id)
WHERE l.id = t.id AND l.scans_as_of <= t.as_of"""


async def apply_totals(conn: Connection, tallies: Sequence[Tally]) -> int:
    """Totals are absolute and dated: a repeat or an older one changes nothing. Links are locked in
    the order of ids, as everybody does."""
    rows = [
        (
            read_id("ws", tally.workspace),
            read_id("lnk", tally.link),
            tally.human,
            tally.total,
            tally.symbol,
            from_ms(tally.first_scan_at_ms) if tally.first_scan_at_ms else None,
            from_ms(tally.last_scan_at_ms) if tally.last_scan_at_ms else None,
            from_ms(tally.as_of_ms),
        )
        for tally in tallies
    ]
    status = await conn.execute(APPLY, *map(list, zip(*rows, strict=True)))
    return int(status.split()[-1])


async def full(conn: Connection, tallies: Sequence[Tally]) -> list[Row]:
    """Active links of these that have had all their scans, by workspace and mode."""
    return await conn.fetch(
        """SELECT workspace_id, mode, array_agg(id) AS ids FROM links
           WHERE id = ANY($1::uuid[]) AND status = 'active' AND scan_count >= max_scans
           GROUP BY workspace_id, mode""",
        [read_id("lnk", tally.link) for tally in tallies],
    )
