"""What may become of links, one or many, in the transaction of a command.

Each command takes plain drafts, locks what it changes, and leaves versions, an audit entry and
outbox rows with the change. `republish` and `in_use` are for what links lead to.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.absence import absent
from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.codes import store as codes
from qz_api.connection import Connection
from qz_api.links import neighbours, store
from qz_api.links.columns import BLANK
from qz_api.links.context import gather
from qz_api.links.draft import LinkDraft, Report, refuse
from qz_api.links.fields import RESTORABLE, Columns
from qz_api.links.fitting import check_fit, check_users_fit
from qz_api.links.flags import reflagged
from qz_api.links.publish import Link, publish
from qz_api.links.reading import lock_errors, read_columns, read_new
from qz_api.links.slugs import read_slug
from qz_api.links.store import Used
from qz_api.links.writing import insert_all, told, write_all
from qz_api.transaction import Transaction
from qz_common.errors import Gone
from qz_common.ids import RANDOM_SLUG_LENGTH, show_id
from qz_common.records import CodeRecord

CHANGED: Mapping[Used, str] = {"campaign": "/utm", "destination": "/target"}
"""The field of what links use that reaches them."""


async def create(
    conn: Transaction,
    principal: Principal,
    draft: LinkDraft,
    own_hosts: frozenset[str],
    now: datetime,
    report: Report | None = None,
) -> Link:
    """A link by itself: it outlives the codes that print it."""
    report = report or Report()
    context = await gather(conn, principal, [draft], own_hosts, creating=True)
    columns = read_new({**draft, "standalone": True}, context, report)
    refuse(report.errors)
    return await _make(conn, principal, columns, report, now)


async def get(conn: Connection, principal: Principal, id: UUID) -> Link:
    row = await store.get_link(conn, principal.workspace, principal.mode, id)
    if row is None:
        raise absent("link")
    return dict(row)


async def lock(conn: Connection, principal: Principal, id: UUID, *, deleted: bool = False) -> Link:
    rows = await store.lock_links(conn, principal.workspace, principal.mode, [id], deleted=deleted)
    if not rows:
        raise absent("link")
    return dict(rows[0])


async def lock_any(conn: Connection, principal: Principal, id: UUID) -> Link:
    """A link whether it was deleted or not."""
    for deleted in (False, True):
        rows = await store.lock_links(
            conn, principal.workspace, principal.mode, [id], deleted=deleted
        )
        if rows:
            return dict(rows[0])
    raise absent("link")


async def read_change(
    conn: Transaction,
    principal: Principal,
    before: Link,
    draft: Mapping[str, Any],
    own_hosts: frozenset[str],
    report: Report,
) -> Columns:
    """The columns that a draft would change; refuses what it may not."""
    refuse(lock_errors(draft, before, principal, report))
    context = await gather(conn, principal, [draft], own_hosts)
    columns = read_columns(draft, context, report, before)
    refuse(report.errors)
    return columns


async def update(
    conn: Transaction,
    principal: Principal,
    before: Link,
    draft: Mapping[str, Any],
    own_hosts: frozenset[str],
    now: datetime,
    report: Report | None = None,
) -> Link:
    report = report or Report()
    columns = await read_change(conn, principal, before, draft, own_hosts, report)
    reports = {before["id"]: report}
    (after,) = await write_all(conn, principal, [(before, columns)], now, reports=reports)
    return after


async def delete(conn: Transaction, principal: Principal, before: Link, now: datetime) -> Link:
    """With the codes that print it; all come back with `restore_link`."""
    columns = {"status": "deleted", "deleted_from": before["status"], "deleted_at": now}
    (after,) = await write_all(conn, principal, [(before, columns)], now, action="link.deleted")
    await codes.delete_of_link(conn, principal.workspace, before["id"], now)
    return after


async def restore(conn: Transaction, principal: Principal, id: UUID, now: datetime) -> Link:
    before = await lock(conn, principal, id, deleted=True)
    check_restorable(before["deleted_at"], now)
    await codes.restore_of_link(conn, principal.workspace, id, before["deleted_at"], now)
    return await revive(conn, principal, before, now)


async def revive(conn: Transaction, principal: Principal, before: Link, now: datetime) -> Link:
    """A deleted link alone, without its codes."""
    columns = {"status": before["deleted_from"], "deleted_from": "", "deleted_at": None}
    (after,) = await write_all(conn, principal, [(before, columns)], now, action="link.restored")
    return after


async def duplicate(
    conn: Transaction,
    principal: Principal,
    id: UUID,
    slug: str | None,
    name: str | None,
    now: datetime,
) -> Link:
    """The same again with a slug of its own, counting from nothing; without codes."""
    before = await get(conn, principal, id)
    report = Report()
    columns = copied(before, slug, report)
    refuse(report.errors)
    columns |= {"name": name or before["name"], "standalone": True}
    return await _make(conn, principal, columns, report, now)


def copied(before: Link, slug: str | None, report: Report) -> Columns:
    """The columns of a new link that is like this one."""
    if before["status"] == "blocked":
        report.add("", "code_blocked", "it was blocked; ask the operator")
    kept = {name: before[name] for name in (*BLANK, "host", "standalone")}
    return {
        **kept,
        "slug": read_slug(slug, report) if slug else "",
        "slug_length": RANDOM_SLUG_LENGTH,
        "status": "active",
        "code_id": None,
        "locked": [],
    }


def check_restorable(deleted_at: datetime, now: datetime) -> None:
    if deleted_at <= now - RESTORABLE:
        raise Gone(f"it was deleted more than {RESTORABLE.days} days ago")


async def republish(conn: Transaction, workspace: UUID, by: Used, value: UUID | str) -> int:
    """Publishes every link that uses this anew, after a change of it, in its transaction, which
    has locked them with it (users.py)."""
    links = await store.lock_users(conn, workspace, by, value)
    for mode in sorted({link["mode"] for link in links}):
        records = await _republish(
            conn, workspace, [each for each in links if each["mode"] == mode]
        )
        check_users_fit(records, Report(CHANGED[by], whole=True))
    return len(links)


async def refuse_locked(
    conn: Connection, principal: Principal, by: Used, value: UUID | str, report: Report
) -> None:
    """What links that are locked for API keys lead to isn't changed by one behind their back."""
    if principal.kind != "key":
        return
    if locked := await store.count_users(conn, principal.workspace, by, value, locked=True):
        words = f"links that use it are locked for API keys: {locked}"
        report.add(CHANGED.get(by, "")[1:], "code_locked", words)
        refuse(report.errors)


async def leave_campaign(conn: Connection, workspace: UUID, campaign: UUID) -> None:
    """Codes without a link and what is deleted let go of a campaign that ends: a restored link
    must not name what is gone."""
    await store.leave_campaign(conn, workspace, campaign)
    await codes.leave_campaign(conn, workspace, campaign)


async def in_use(conn: Connection, workspace: UUID, by: Used, value: UUID | str) -> int:
    """How many live links use this."""
    return await store.count_users(conn, workspace, by, value)


async def _make(
    conn: Transaction, principal: Principal, columns: Columns, report: Report, now: datetime
) -> Link:
    (link,) = await insert_all(conn, principal, [columns], [report], now)
    check_fit(await publish(conn, [link]), {link["id"]: report})
    await audit.record(
        conn, principal, "link.created", show_id("lnk", link["id"]), None, told(link)
    )
    return link


async def _republish(conn: Transaction, workspace: UUID, links: Sequence[Link]) -> list[CodeRecord]:
    named = {link["destination_id"] for link in links if link["destination_id"]}
    locations = await neighbours.locations(conn, workspace, links[0]["mode"], named)
    rows = [
        {**link, "destination_url": locations.get(link["destination_id"], link["destination_url"])}
        for link in links
    ]
    written = await store.update_links(conn, workspace, await reflagged(conn, rows))
    await codes.touch(conn, workspace, [row["id"] for row in rows], None)
    return await publish(conn, written)
