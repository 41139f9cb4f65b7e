"""A link that had all its scans is closed as by anybody: audited, published, its codes touched."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from qz_api.callers.plans import Plan
from qz_api.callers.principal import Mode, Principal
from qz_api.db import Database
from qz_api.links import store as links
from qz_api.links.publish import Link
from qz_api.links.writing import write_all
from qz_common.ids import show_id

SYSTEM = "system"
log = structlog.get_logger()


async def close_full(
    db: Database, workspace: UUID, mode: Mode, ids: Sequence[UUID], now: datetime
) -> None:
    """One that this release can't read stays open, and keeps no other open."""
    try:
        await _close(db, workspace, mode, ids, now)
    except ValueError as error:
        if len(ids) == 1:
            log.error("a full link can't be closed", link=show_id("lnk", ids[0]), reason=str(error))
            return
        for id in ids:
            await close_full(db, workspace, mode, [id], now)


async def _close(
    db: Database, workspace: UUID, mode: Mode, ids: Sequence[UUID], now: datetime
) -> None:
    async with db.transaction(workspace) as conn:
        locked = [dict(row) for row in await links.lock_links(conn, workspace, mode, ids)]
        changes = [(link, {"status": "exhausted"}) for link in locked if _is_full(link)]
        await write_all(conn, _system(workspace, mode), changes, now, action="link.exhausted")


def _is_full(link: Link) -> bool:
    most = link["max_scans"]
    return link["status"] == "active" and most is not None and link["scan_count"] >= most


def _system(workspace: UUID, mode: Mode) -> Principal:
    return Principal(
        kind="system",
        id=SYSTEM,
        name=SYSTEM,
        workspace=workspace,
        mode=mode,
        scopes=frozenset(),
        plan=Plan(name=SYSTEM),
    )
