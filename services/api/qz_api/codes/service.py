"""What may become of codes, one or many, each command in one transaction with its outbox rows.

Links are locked first, then codes, then what they name (links/users.py). A draft may name fields of
a code and of its link; see reading.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.absence import absent
from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.codes import store
from qz_api.codes.reading import BLANK, link_draft, read_code, read_static
from qz_api.connection import Connection, Row
from qz_api.deferred import write_deferred
from qz_api.limits.quota import charge_created
from qz_api.links import service as links
from qz_api.links import store as link_store
from qz_api.links.context import Context, gather
from qz_api.links.draft import CodeDraft, Report, refuse
from qz_api.links.fields import Columns
from qz_api.links.fitting import check_fit
from qz_api.links.publish import Link, publish
from qz_api.links.reading import read_new
from qz_api.links.writing import insert_all as insert_links
from qz_api.links.writing import told as told_link
from qz_api.links.writing import write_all as write_links
from qz_api.transaction import Transaction
from qz_common.errors import FieldError
from qz_common.ids import new_uuid, read_id, show_id

Code = Mapping[str, Any]
CheckVersion = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A code with the link it prints; a static one has none."""

    code: Code
    link: Link | None
    planned: int | None = None
    """The version of the link that this call planned."""


@dataclass(slots=True)
class _Planned:
    """One code on its way into the tables."""

    code: Columns
    new_link: Columns | None = None
    shared_link: UUID | None = None


async def create_all(
    conn: Transaction,
    principal: Principal,
    drafts: Sequence[CodeDraft],
    own_hosts: frozenset[str],
    now: datetime,
    reports: Sequence[Report] | None = None,
) -> list[Found]:
    """All of them or none; as many statements for 500 as for one."""
    reports = reports or [Report() for _ in drafts]
    shared = await _lock_shared(conn, principal, drafts)
    context = await gather(conn, principal, drafts, own_hosts, creating=True)
    planned = [
        _plan(draft, context, shared, report) for draft, report in zip(drafts, reports, strict=True)
    ]
    _refuse_all(reports)
    made = await _insert_links(conn, principal, planned, reports, now)
    codes = await _insert_codes(conn, principal, planned, made, now)
    check_fit(
        await publish(conn, list(made.values())),
        {
            made[each.code["id"]]["id"]: report
            for each, report in zip(planned, reports, strict=True)
            if each.new_link is not None
        },
    )
    settled = await settle(conn, principal, list(shared.values()), now)
    every = {**shared, **settled, **{link["id"]: link for link in made.values()}}
    found = [Found(code, every.get(code["link_id"])) for code in codes]
    await audit.record_all(
        conn,
        principal,
        "qr.created",
        [(show_id("qr", each.code["id"]), None, told(each)) for each in found],
    )
    await charge_created(conn, principal, len(found), now)
    return found


async def get(conn: Connection, principal: Principal, id: UUID) -> Found:
    row = await store.get_code(conn, principal.workspace, principal.mode, id)
    if row is None:
        raise absent("code")
    return found_in(row)


async def get_all(conn: Connection, principal: Principal, ids: Sequence[UUID]) -> dict[UUID, Found]:
    rows = await store.get_codes(conn, principal.workspace, principal.mode, ids)
    return {row["id"]: found_in(row) for row in rows}


async def delete(
    conn: Transaction, principal: Principal, id: UUID, now: datetime, check: CheckVersion
) -> None:
    """With its link when it was the last code of one that was made for codes."""
    found = await lock(conn, principal, id)
    check(found.code["version"])
    await store.update_codes(
        conn, principal.workspace, [{**found.code, "deleted_at": now, "updated_at": now}]
    )
    link = found.link
    if link is not None:
        left = await store.single_codes(conn, principal.workspace, [link["id"]])
        if left or link["standalone"]:
            await settle(conn, principal, [link], now)
        else:
            await links.delete(conn, principal, link, now)
    await audit.record(conn, principal, "qr.deleted", show_id("qr", id), told(found), None)


async def restore(conn: Transaction, principal: Principal, id: UUID, now: datetime) -> Found:
    link_id = await store.link_of(conn, principal.workspace, principal.mode, id)
    link = await links.lock_any(conn, principal, link_id) if link_id else None
    rows = await store.lock_codes(conn, principal.workspace, principal.mode, [id], deleted=True)
    if not rows:
        raise absent("code")
    links.check_restorable(rows[0]["deleted_at"], now)
    if link is not None and link["deleted_at"] is not None:
        link = await links.revive(conn, principal, link, now)
    await store.update_codes(
        conn, principal.workspace, [{**rows[0], "deleted_at": None, "updated_at": now}]
    )
    if link is not None:
        await settle(conn, principal, [link], now)
    found = await get(conn, principal, id)
    await audit.record(conn, principal, "qr.restored", show_id("qr", id), None, told(found))
    return found


async def duplicate(
    conn: Transaction,
    principal: Principal,
    id: UUID,
    slug: str | None,
    name: str | None,
    now: datetime,
) -> Found:
    """The same again with a slug of its own, counting from nothing."""
    before = await get(conn, principal, id)
    code = {each: before.code[each] for each in (*BLANK, "type", "printed_url")}
    code |= {"id": new_uuid(), "name": name or before.code["name"], "printed_url": ""}
    planned = _Planned(code)
    report = Report()
    if before.link is not None:
        planned.new_link = links.copied(before.link, slug, report) | {
            "code_id": code["id"],
            "name": code["name"],
        }
    elif slug:
        report.add("slug", "static_code", "a static code has no link")
    _refuse_all([report])
    made = await _insert_links(conn, principal, [planned], [report], now)
    (row,) = await _insert_codes(conn, principal, [planned], made, now)
    check_fit(
        await publish(conn, list(made.values())), {link["id"]: report for link in made.values()}
    )
    found = Found(row, made.get(row["id"]))
    await audit.record(conn, principal, "qr.created", show_id("qr", row["id"]), None, told(found))
    await charge_created(conn, principal, 1, now)
    return found


async def lock(conn: Connection, principal: Principal, id: UUID) -> Found:
    known = await store.links_of(conn, principal.workspace, principal.mode, [id])
    if id not in known:
        raise absent("code")
    link_id = known[id]
    link = await links.lock(conn, principal, link_id) if link_id else None
    rows = await store.lock_codes(conn, principal.workspace, principal.mode, [id])
    if not rows:
        raise absent("code")
    return Found(dict(rows[0]), link)


async def settle(
    conn: Transaction, principal: Principal, locked: Sequence[Link], now: datetime
) -> dict[UUID, Link]:
    """Says in each of these links which code prints it, after codes came or went."""
    if not locked:
        return {}
    await write_deferred(conn)
    left = await store.single_codes(conn, principal.workspace, [link["id"] for link in locked])
    changes: list[tuple[Link, Columns]] = []
    for link in locked:
        codes, one = left.get(link["id"], (0, None))
        code = one if codes == 1 else None
        changes.append((link, {} if code == link["code_id"] else {"code_id": code}))
    after = await write_links(conn, principal, changes, now)
    return {link["id"]: link for link in after}


def found_in(row: Row) -> Found:
    code = {name: row[name] for name in store.COLUMNS}
    if code["link_id"] is None:
        return Found(code, None)
    return Found(code, {name: row[f"{store.LINK}{name}"] for name in link_store.COLUMNS})


def told(found: Found) -> dict[str, Any]:
    """As audit entries tell it."""
    link = told_link(found.link) if found.link else {}
    return {**{f"link_{name}": value for name, value in link.items()}, **told_link(found.code)}


def _plan(
    draft: CodeDraft, context: Context, shared: Mapping[str, Link], report: Report
) -> _Planned:
    code = {**BLANK, **read_code(draft, context, report, BLANK), "id": new_uuid()}
    code |= {"type": draft.get("type", "dynamic"), "printed_url": draft.get("printed_url", "")}
    if code["type"] == "static":
        return _Planned(code | read_static(draft, context, report))
    if draft.get("link_id"):
        return _plan_shared(draft, code, shared, report)
    link = read_new(link_draft(draft, mirrors=True), context, report)
    return _Planned(code | {"content_kind": link["kind"]}, link | {"code_id": code["id"]})


def _plan_shared(
    draft: CodeDraft, code: Columns, shared: Mapping[str, Link], report: Report
) -> _Planned:
    for name in link_draft(draft, mirrors=False):
        if draft.get(name) is not None:
            report.add(name, "link_exists", "the link is there already: change it by itself")
    link = shared.get(draft["link_id"] or "")
    if link is None:
        report.add("link_id", "unknown_link", "there is no such link")
        return _Planned(code)
    return _Planned(code | {"content_kind": link["kind"]}, shared_link=link["id"])


async def _lock_shared(
    conn: Connection, principal: Principal, drafts: Sequence[CodeDraft]
) -> dict[str, Link]:
    named = {name for draft in drafts if (name := draft.get("link_id"))}
    ids = [id for name in named if (id := read_id("lnk", name))]
    if not ids:
        return {}
    rows = await link_store.lock_links(conn, principal.workspace, principal.mode, ids)
    return {show_id("lnk", row["id"]): dict(row) for row in rows}


async def _insert_links(
    conn: Transaction,
    principal: Principal,
    planned: Sequence[_Planned],
    reports: Sequence[Report],
    now: datetime,
) -> dict[UUID, Link]:
    """New links by the code that prints each."""
    wanted = [
        (each.new_link, report)
        for each, report in zip(planned, reports, strict=True)
        if each.new_link is not None
    ]
    if not wanted:
        return {}
    columns, of = zip(*wanted, strict=True)
    made = await insert_links(conn, principal, columns, of, now)
    return {link["code_id"]: link for link in made}


async def _insert_codes(
    conn: Transaction,
    principal: Principal,
    planned: Sequence[_Planned],
    made: Mapping[UUID, Link],
    now: datetime,
) -> list[Code]:
    fixed = {
        "workspace_id": principal.workspace,
        "mode": principal.mode,
        "dialect": principal.dialect,
        "created_by": principal.id,
        "created_at": now,
        "updated_at": now,
    }
    rows = [
        {
            **each.code,
            **fixed,
            "link_id": made[each.code["id"]]["id"] if each.new_link else each.shared_link,
        }
        for each in planned
    ]
    return await store.insert_codes(conn, rows)


def _refuse_all(reports: Sequence[Report]) -> None:
    errors: list[FieldError] = []
    for report in reports:
        errors += report.errors
    refuse(errors)
