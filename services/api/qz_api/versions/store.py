"""All SQL about versions of links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row, fetch_one
from qz_api.links.columns import TARGET

NAMES = """link_id, workspace_id, mode, number, state, target, rolled_back_to, effective_from,
    actor_kind, actor_id, actor_name, created_at, settled_at, reason"""


@dataclass(frozen=True, slots=True)
class VersionNote:
    """How a change came about: by hand, by going back, or as it was planned."""

    rolled_back_to: int | None = None
    planned: int | None = None


PLAIN = VersionNote()


async def add(
    conn: Connection,
    principal: Principal,
    links: Sequence[Row],
    now: datetime,
    note: VersionNote,
) -> None:
    """What these links lead to by now; the rows of the links are locked, so numbers are free."""
    targets = [_plain({name: link[name] for name in TARGET}) for link in links]
    if note.planned is not None:
        await _settle_planned(conn, links[0]["id"], note.planned, targets[0], now)
        return
    await conn.execute(
        """INSERT INTO link_versions (workspace_id, mode, link_id, number, state, target,
               rolled_back_to, effective_from, created_at, settled_at, actor_kind, actor_id,
               actor_name)
           SELECT $1, $2, g.link_id,
               1 + coalesce((SELECT max(number) FROM link_versions v
                             WHERE v.workspace_id = $1 AND v.link_id = g.link_id), 0),
               'applied', g.target, $5, $6, $6, $6, $7, $8, $9
           FROM unnest($3::uuid[], $4::jsonb[]) AS g (link_id, target)""",
        principal.workspace,
        principal.mode,
        [link["id"] for link in links],
        targets,
        note.rolled_back_to,
        now,
        principal.kind,
        principal.id,
        principal.name,
    )


async def plan(
    conn: Connection,
    principal: Principal,
    link: UUID,
    changes: Mapping[str, Any],
    effective_from: datetime,
    now: datetime,
) -> Row:
    """Only what is to change: other changes may come before it."""
    return await fetch_one(
        conn,
        f"""INSERT INTO link_versions (workspace_id, mode, link_id, number, state, target,
                effective_from, created_at, actor_kind, actor_id, actor_name)
            SELECT $1, $2, $3, 1 + coalesce(max(number), 0), 'scheduled', $4, $5, $6, $7, $8, $9
            FROM link_versions WHERE workspace_id = $1 AND link_id = $3
            RETURNING {NAMES}""",
        principal.workspace,
        principal.mode,
        link,
        _plain(changes),
        effective_from,
        now,
        principal.kind,
        principal.id,
        principal.name,
    )


async def count_planned(conn: Connection, workspace: UUID, link: UUID) -> int:
    count: int = await conn.fetchval(
        """SELECT count(*) FROM link_versions
           WHERE workspace_id = $1 AND link_id = $2 AND state = 'scheduled'""",
        workspace,
        link,
    )
    return count


async def get(conn: Connection, workspace: UUID, link: UUID, number: int) -> Row | None:
    return await conn.fetchrow(
        f"""SELECT {NAMES} FROM link_versions
            WHERE workspace_id = $1 AND link_id = $2 AND number = $3""",
        workspace,
        link,
        number,
    )


async def page(
    conn: Connection, workspace: UUID, link: UUID, before: int | None, limit: int
) -> list[Row]:
    """Newest first."""
    rows: list[Row] = await conn.fetch(
        f"""SELECT {NAMES} FROM link_versions
            WHERE workspace_id = $1 AND link_id = $2 AND ($3::int IS NULL OR number < $3)
            ORDER BY number DESC LIMIT $4""",
        workspace,
        link,
        before,
        limit,
    )
    return rows


async def count(conn: Connection, workspace: UUID, link: UUID) -> int:
    found: int = await conn.fetchval(
        "SELECT count(*) FROM link_versions WHERE workspace_id = $1 AND link_id = $2",
        workspace,
        link,
    )
    return found


async def settle(
    conn: Connection,
    workspace: UUID,
    link: UUID,
    number: int,
    state: str,
    now: datetime,
    reason: str = "",
) -> bool:
    """False when it was not waiting any more."""
    done = await conn.fetchval(
        """UPDATE link_versions SET state = $4, settled_at = $5, reason = $6
           WHERE workspace_id = $1 AND link_id = $2 AND number = $3 AND state = 'scheduled'
           RETURNING true""",
        workspace,
        link,
        number,
        state,
        now,
        reason,
    )
    return bool(done)


async def due(conn: Connection, now: datetime, limit: int) -> list[Row]:
    """What is to be applied, of all workspaces, in the order in which it was to be."""
    rows: list[Row] = await conn.fetch(
        f"""SELECT {NAMES} FROM link_versions
            WHERE state = 'scheduled' AND effective_from <= $1
            ORDER BY effective_from, number LIMIT $2""",
        now,
        limit,
    )
    return rows


def _plain(target: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(each) if isinstance(each, UUID) else each for name, each in target.items()}


async def _settle_planned(
    conn: Connection, link: UUID, number: int, target: Mapping[str, Any], now: datetime
) -> None:
    await conn.execute(
        """UPDATE link_versions SET state = 'applied', target = $3, settled_at = $4
           WHERE link_id = $1 AND number = $2""",
        link,
        number,
        target,
        now,
    )
