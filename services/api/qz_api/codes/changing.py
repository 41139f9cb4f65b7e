"""Changes of codes, one or many: drafts that may name fields of the code and of its link.

Changes of several codes of one link come one after the other, as if sent so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.codes import service, store
from qz_api.codes.reading import link_draft, read_code, read_static_change
from qz_api.codes.service import CheckVersion, Found
from qz_api.connection import Connection
from qz_api.links import store as link_store
from qz_api.links.context import Context, gather
from qz_api.links.draft import Report, refusal, refuse
from qz_api.links.fields import Columns
from qz_api.links.publish import Link
from qz_api.links.reading import lock_errors, read_columns
from qz_api.links.writing import write_all as write_links
from qz_api.transaction import Transaction
from qz_api.versions import service as versions
from qz_common.errors import FieldError
from qz_common.ids import show_id

Change = tuple[UUID, Mapping[str, Any]]


@dataclass
class _Staged:
    """Rows as they are, locked, and what is to become of them."""

    codes: dict[UUID, Link]
    links: dict[UUID, Link]
    code_changes: dict[UUID, Columns] = field(default_factory=dict)
    link_changes: dict[UUID, Columns] = field(default_factory=dict)
    reports: dict[UUID, Report] = field(default_factory=dict)
    """Of links, the last draft that changed each."""


async def update(
    conn: Transaction,
    principal: Principal,
    id: UUID,
    draft: Mapping[str, Any],
    own_hosts: frozenset[str],
    now: datetime,
    report: Report,
    check: CheckVersion,
    effective_from: datetime | None = None,
) -> Found:
    found = await service.lock(conn, principal, id)
    check(found.code["version"])
    if effective_from is not None and effective_from > now:
        if found.link is None:
            report.add("effective_from", "static_code", "a static code leads nowhere")
            raise refusal(report.errors)
        wanted = link_draft(draft, mirrors=False)
        others = sorted(draft.keys() - wanted.keys())
        version = await versions.plan(
            conn,
            principal,
            found.link,
            wanted,
            others,
            effective_from,
            own_hosts,
            now,
            report,
        )
        return replace(found, planned=version["number"])
    (after,) = await update_all(conn, principal, [(id, draft)], own_hosts, now, [report])
    return after


async def update_all(
    conn: Transaction,
    principal: Principal,
    changes: Sequence[Change],
    own_hosts: frozenset[str],
    now: datetime,
    reports: Sequence[Report],
) -> list[Found]:
    """All of them or none. What is absent is told like any wrong field."""
    staged = await _lock(conn, principal, [id for id, _ in changes])
    _refuse_absent(changes, staged, reports)
    context = await gather(conn, principal, [draft for _, draft in changes], own_hosts)
    before = await service.get_all(conn, principal, list(staged.codes))
    _refuse_locked(changes, staged, principal, reports)
    for (id, draft), report in zip(changes, reports, strict=True):
        _stage(id, draft, context, staged, report)
    _refuse(reports)
    await _write(conn, principal, staged, now)
    after = await service.get_all(conn, principal, list(staged.codes))
    await audit.record_all(
        conn,
        principal,
        "qr.updated",
        [
            (show_id("qr", id), service.told(before[id]), service.told(after[id]))
            for id in staged.codes
        ],
    )
    return [after[id] for id, _ in changes]


async def _lock(conn: Connection, principal: Principal, ids: Sequence[UUID]) -> _Staged:
    workspace, mode = principal.workspace, principal.mode
    known = await store.links_of(conn, workspace, mode, ids)
    wanted = {link for link in known.values() if link is not None}
    locked = await link_store.lock_links(conn, workspace, mode, wanted) if wanted else []
    codes = await store.lock_codes(conn, workspace, mode, list(known))
    return _Staged(
        {row["id"]: dict(row) for row in codes}, {row["id"]: dict(row) for row in locked}
    )


def _stage(
    id: UUID, draft: Mapping[str, Any], context: Context, staged: _Staged, report: Report
) -> None:
    code = {**staged.codes[id], **staged.code_changes.get(id, {})}
    columns = read_code(draft, context, report, code)
    link_id = code["link_id"]
    if link_id is None:
        columns |= read_static_change(draft, report)
    else:
        link = {**staged.links[link_id], **staged.link_changes.get(link_id, {})}
        wanted = link_draft(draft, mirrors=link["code_id"] == id)
        changed = read_columns(wanted, context, report, link) if wanted else {}
        staged.reports[link_id] = report
        staged.link_changes[link_id] = staged.link_changes.get(link_id, {}) | changed
    staged.code_changes[id] = staged.code_changes.get(id, {}) | columns


async def _write(conn: Transaction, principal: Principal, staged: _Staged, now: datetime) -> None:
    links = [(link, staged.link_changes.get(id, {})) for id, link in staged.links.items()]
    await write_links(conn, principal, links, now, reports=staged.reports)
    rows = [
        _with_kind({**staged.codes[id], **columns, "updated_at": now}, staged)
        for id, columns in staged.code_changes.items()
        if columns
    ]
    if rows:
        await store.update_codes(conn, principal.workspace, rows)


def _with_kind(row: Columns, staged: _Staged) -> Columns:
    """The row was read before its link changed."""
    changed = staged.link_changes.get(row["link_id"], {})
    return row | ({"content_kind": changed["kind"]} if "kind" in changed else {})


def _refuse_absent(changes: Sequence[Change], staged: _Staged, reports: Sequence[Report]) -> None:
    for (id, _), report in zip(changes, reports, strict=True):
        if id not in staged.codes:
            report.add("id", "unknown_code", "there is no such code")
    _refuse(reports)


def _refuse_locked(
    changes: Sequence[Change], staged: _Staged, principal: Principal, reports: Sequence[Report]
) -> None:
    for (id, draft), report in zip(changes, reports, strict=True):
        link = staged.links.get(staged.codes[id]["link_id"])
        if link is not None:
            lock_errors(draft, link, principal, report)
    _refuse(reports)


def _refuse(reports: Sequence[Report]) -> None:
    errors: list[FieldError] = []
    for report in reports:
        errors += report.errors
    refuse(errors)
