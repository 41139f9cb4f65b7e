"""Many codes in one transaction, all or nothing, by the row functions that one code goes by."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from qz_api.callers.principal import Principal
from qz_api.codes import changing, service
from qz_api.codes.service import Found
from qz_api.deferred import undone
from qz_api.links.draft import CodeDraft, Report, refuse
from qz_api.transaction import Transaction
from qz_common.errors import FieldError, Forbidden
from qz_common.ids import read_id

Row = tuple[CodeDraft, Report]


@asynccontextmanager
async def tried(conn: Transaction, dry_run: bool) -> AsyncIterator[None]:
    """What a dry run did is undone; the transaction itself belongs to the caller."""
    if not dry_run:
        yield
        return
    async with undone(conn):
        yield


async def create(
    conn: Transaction,
    principal: Principal,
    rows: Sequence[Row],
    own_hosts: frozenset[str],
    now: datetime,
) -> list[Found]:
    check_rows(principal, len(rows))
    drafts, reports = [draft for draft, _ in rows], [report for _, report in rows]
    _refuse_twice(drafts, reports)
    return await service.create_all(conn, principal, drafts, own_hosts, now, reports)


async def update(
    conn: Transaction,
    principal: Principal,
    rows: Sequence[tuple[str, Any, Report]],
    own_hosts: frozenset[str],
    now: datetime,
) -> list[Found]:
    """Rows of an id, a draft and a report each; an id may stand once."""
    check_rows(principal, len(rows))
    changes, seen = [], set()
    for text, draft, report in rows:
        id = read_id("qr", text)
        if id is None:
            report.add("id", "unknown_code", "there is no such code")
        elif id in seen:
            report.add("id", "duplicate", "this code stands above already")
        else:
            seen.add(id)
            changes.append((id, draft))
    reports = [report for _, _, report in rows]
    refuse(_errors(reports))
    return await changing.update_all(conn, principal, changes, own_hosts, now, reports)


def check_rows(principal: Principal, rows: int) -> None:
    most = principal.plan.bulk_rows
    if rows > most:
        raise Forbidden(f"this plan takes {most} rows in one call", "plan_forbids")


def _refuse_twice(drafts: Sequence[CodeDraft], reports: Sequence[Report]) -> None:
    """Two rows can't have one slug; told like one that is somebody else's."""
    seen: set[tuple[str, str]] = set()
    for draft, report in zip(drafts, reports, strict=True):
        slug = draft.get("slug")
        place = (draft.get("host") or "", (slug or "").lower())
        if slug and place in seen:
            report.add("slug", "slug_taken", f"the slug {slug} is taken by a row above")
        seen.add(place)


def _errors(reports: Sequence[Report]) -> list[FieldError]:
    return [error for report in reports for error in report.errors]
