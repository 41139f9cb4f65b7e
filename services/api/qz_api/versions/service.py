"""Versions of a link: what it led to, what it will lead to, and going back.

A planned change keeps only what is to change. It is applied by the worker at its time, in the
name of whoever planned it, and is asked of the URL gate again then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog

from qz_api.audit import service as audit
from qz_api.callers.plans import Plan
from qz_api.callers.principal import Kind, Mode, Principal
from qz_api.connection import Connection, Row
from qz_api.db import Database
from qz_api.duties import tell
from qz_api.links import service as links
from qz_api.links.columns import TARGET, WAY_COLUMNS
from qz_api.links.context import gather
from qz_api.links.draft import Report, refuse
from qz_api.links.fields import Columns
from qz_api.links.publish import Link
from qz_api.links.reading import WAYS, lock_errors, read_columns
from qz_api.links.writing import write_all
from qz_api.transaction import Transaction
from qz_api.versions import store
from qz_api.versions.store import VersionNote
from qz_common.clock import Clock
from qz_common.errors import Conflict, NotFound, Problem, Unavailable
from qz_common.ids import show_id

MAX_PLANNED = 50
BATCH = 100
PLANNABLE = frozenset(
    {"destination_url", "destination_id", "landing_page_id", "content", "rules", "app"}
)
log = structlog.get_logger()


async def plan(
    conn: Transaction,
    principal: Principal,
    link: Link,
    draft: Mapping[str, Any],
    others: Sequence[str],
    effective_from: datetime,
    own_hosts: frozenset[str],
    now: datetime,
    report: Report,
) -> Row:
    """`link` is locked; `others` are fields of the call that can't wait."""
    for name in sorted({*others, *(draft.keys() - PLANNABLE)}):
        report.add(name, "not_schedulable", "only where it leads can be changed later")
    if not draft.keys() & PLANNABLE:
        report.add("effective_from", "required", "say where it is to lead then")
    refuse(report.errors)
    columns = await links.read_change(conn, principal, link, draft, own_hosts, report)
    if await store.count_planned(conn, link["workspace_id"], link["id"]) >= MAX_PLANNED:
        report.add("effective_from", "too_many", f"at most {MAX_PLANNED} changes wait at once")
        refuse(report.errors)
    changes = {name: value for name, value in columns.items() if name in TARGET}
    if any(draft.get(way) is not None for way in WAYS):
        # whatever it leads to by then, this way replaces all of it
        changes |= {name: {**link, **columns}[name] for name in WAY_COLUMNS}
    row = await store.plan(conn, principal, link["id"], changes, effective_from, now)
    await audit.record(conn, principal, "link.scheduled", show_id("lnk", link["id"]), None, row)
    return row


async def cancel(
    conn: Transaction, principal: Principal, link: Link, number: int, now: datetime
) -> None:
    """`link` is locked."""
    version = await _version(conn, principal, link["id"], number)
    if version["state"] != "scheduled":
        raise Conflict(f"this version is {version['state']} already", "version_settled")
    _refuse_locked(principal, link)
    await store.settle(conn, principal.workspace, link["id"], number, "cancelled", now)
    await audit.record(
        conn, principal, "link.unscheduled", show_id("lnk", link["id"]), version, None
    )


async def rollback(
    conn: Transaction,
    principal: Principal,
    link: Link,
    number: int,
    own_hosts: frozenset[str],
    now: datetime,
) -> Link:
    """`link` is locked. Going back is a version of its own."""
    version = await _version(conn, principal, link["id"], number)
    if version["state"] != "applied":
        raise Conflict(f"this version is {version['state']}", "version_not_applied")
    _refuse_locked(principal, link)
    columns = await _readmitted(conn, principal, link, version["target"], own_hosts)
    note = VersionNote(rolled_back_to=number)
    (after,) = await write_all(
        conn, principal, [(link, columns)], now, action="link.rolled_back", note=note
    )
    return after


async def apply_due(db: Database, clock: Clock) -> None:
    """Each in a transaction of its own, so that one that fails holds up nobody."""
    now = clock.now()
    async with db.system() as conn:
        waiting = await store.due(conn, now, BATCH)
    for version in waiting:
        try:
            await _apply_or_settle(db, version, now)
        except Exception as error:
            tell(error, "a planned change is tried again", link=str(version["link_id"]))


async def _apply_or_settle(db: Database, version: Row, now: datetime) -> None:
    workspace, link_id, number = version["workspace_id"], version["link_id"], version["number"]
    try:
        async with db.transaction(workspace) as conn:
            await _apply(conn, version, now)
    except Unavailable:
        raise
    except Problem as problem:
        log.warning("a planned change can't be made", link=str(link_id), reason=problem.detail)
        async with db.transaction(workspace) as conn:
            await store.settle(conn, workspace, link_id, number, "failed", now, problem.detail)


async def _apply(conn: Transaction, version: Row, now: datetime) -> None:
    principal = _planner(version)
    link_id, number = version["link_id"], version["number"]
    link = await links.lock(conn, principal, link_id)
    current = await store.get(conn, principal.workspace, link_id, number)
    if current is None or current["state"] != "scheduled":
        return  # another worker was faster, or it was cancelled
    _refuse_locked(principal, link)
    columns = await _readmitted(conn, principal, link, current["target"], frozenset())
    if not columns:
        await store.settle(conn, principal.workspace, link_id, number, "applied", now)
        return
    note = VersionNote(planned=number)
    await write_all(conn, principal, [(link, columns)], now, note=note)


async def _readmitted(
    conn: Transaction,
    principal: Principal,
    link: Link,
    target: Mapping[str, Any],
    own_hosts: frozenset[str],
) -> Columns:
    """A stored target through today's gate: what was harmless then may not be now."""
    report = Report()
    draft: dict[str, Any] = {}
    after = {**{name: link[name] for name in TARGET}, **target}
    if after["destination_id"]:
        draft["destination_id"] = _as_text("dst", after["destination_id"])
    elif after["kind"] == "landing_page":
        draft["landing_page_id"] = _as_text("pg", after["page_id"])
    elif after["content"] is not None:
        draft["content"] = after["content"]
    else:
        draft["destination_url"] = after["destination_url"]
    if "rules" in target:
        draft["rules"] = target["rules"]
    if "app" in target:
        draft["app"] = {**dict.fromkeys(link["app"]), **target["app"]}
    context = await gather(conn, principal, [draft], own_hosts)
    columns = read_columns(draft, context, report, link)
    refuse(report.errors)
    return columns


def _refuse_locked(principal: Principal, link: Link) -> None:
    """A version says where a link leads, which a lock keeps from API keys."""
    refuse(lock_errors({"destination_url": ""}, link, principal, Report()))


def _as_text(prefix: str, id: Any) -> str:
    return show_id(prefix, id if isinstance(id, UUID) else UUID(str(id)))


async def _version(conn: Connection, principal: Principal, link: UUID, number: int) -> Row:
    version = await store.get(conn, principal.workspace, link, number)
    if version is None:
        raise NotFound("there is no such version here")
    return version


def _planner(version: Row) -> Principal:
    """Whoever planned the change makes it; nobody is asked for a key again."""
    return Principal(
        kind=cast(Kind, version["actor_kind"]),
        id=version["actor_id"],
        name=version["actor_name"],
        workspace=version["workspace_id"],
        mode=cast(Mode, version["mode"]),
        scopes=frozenset(),
        plan=Plan(name="worker"),
    )
