"""All SQL about running totals."""

from collections.abc import Sequence
from uuid import UUID

from qz_api.connection import Connection, Row
from qz_common.clock import from_ms
from qz_common.events import Tally
from qz_common.ids import read_id


async def apply_totals(conn: Connection, tallies: Sequence[Tally]) -> int:
    """Totals are absolute and dated: a repeat or an older one changes nothing."""
    rows = [
        (
            read_id("lnk", tally.link),
            tally.human,
            tally.total,
            tally.symbol,
            from_ms(tally.first_scan_at_ms) if tally.first_scan_at_ms else None,
            from_ms(tally.last_scan_at_ms) if tally.last_scan_at_ms else None,
            from_ms(tally.as_of_ms),
        )
        for tally in sorted(tallies, key=lambda tally: tally.link)
    ]
    status: str = await conn.execute(
        """UPDATE links l SET scan_count = t.human, total_count = t.total, symbol_count = t.symbol,
               first_scan_at = t.first_at, last_scan_at = t.last_at, scans_as_of = t.as_of
           FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[],
                       $6::timestamptz[], $7::timestamptz[])
                AS t (id, human, total, symbol, first_at, last_at, as_of)
           WHERE l.id = t.id AND l.scans_as_of <= t.as_of""",
        *map(list, zip(*rows, strict=True)),
    )
    return int(status.split()[-1])


async def exhaust(conn: Connection, tallies: Sequence[Tally]) -> list[Row]:
    """Active links of these that have had all their scans are active no longer."""
    ids = [read_id("lnk", tally.link) for tally in tallies]
    rows: list[Row] = await conn.fetch(
        """UPDATE links SET status = 'exhausted', version = version + 1, updated_at = now(),
               route_version = nextval('route_versions')
           WHERE id = ANY($1::uuid[]) AND status = 'active' AND scan_count >= max_scans
           RETURNING workspace_id, host, slug, route_version""",
        ids,
    )
    return rows


async def published(conn: Connection, key: str) -> bytes | None:
    value: bytes | None = await conn.fetchval("SELECT value FROM routes WHERE key = $1", key)
    return value


async def link_of_code(conn: Connection, workspace: UUID, mode: str, id: UUID) -> Row | None:
    return await conn.fetchrow(
        """SELECT link_id FROM codes
           WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND deleted_at IS NULL""",
        workspace,
        mode,
        id,
    )


async def has_link(conn: Connection, workspace: UUID, mode: str, id: UUID) -> bool:
    found: bool = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM links
           WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND deleted_at IS NULL)""",
        workspace,
        mode,
        id,
    )
    return found


async def has_campaign(conn: Connection, workspace: UUID, mode: str, id: UUID) -> bool:
    found: bool = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM campaigns
           WHERE workspace_id = $1 AND mode = $2 AND id = $3 AND deleted_at IS NULL)""",
        workspace,
        mode,
        id,
    )
    return found
