"""Writing links, one or many by the same statements: rows, pages, versions, codes, routes.

Every change of a link ends here, so nothing of what hangs on a link can be forgotten.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.audit import service as audit
from qz_api.audit.actions import Action
from qz_api.callers.principal import Principal
from qz_api.codes import store as codes
from qz_api.connection import Connection
from qz_api.links import store
from qz_api.links.columns import TARGET
from qz_api.links.draft import Report, refuse
from qz_api.links.fields import Columns, destination_ids
from qz_api.links.fitting import check_fit
from qz_api.links.flags import reflagged
from qz_api.links.publish import Link, publish
from qz_api.links.reading import unused_slug
from qz_api.pages.content import drop_page_of, page_for_content
from qz_api.transaction import Transaction
from qz_api.versions import store as versions
from qz_api.versions.store import PLAIN, VersionNote
from qz_common.errors import FieldError, Unavailable
from qz_common.ids import new_uuid, read_id, show_id
from qz_common.passwords import hash_password

TRIES = 5
MAX_PASSWORDS = 10
"""Different ones in one command: each takes a fifth of a second to hash."""
UNTOLD = frozenset(
    {
        "workspace_id", "mode", "version", "route_version", "scan_count", "total_count",
        "first_scan_at", "last_scan_at", "updated_at", "created_at", "created_by", "deleted_from",
        "blocked_from", "flags",
    }
)  # fmt: skip
"""Columns that an audit entry leaves out."""
LEADING = frozenset({*TARGET, "utm", "campaign_id"})
"""Columns that say what a visitor is sent to, parameters included."""
ID_COLUMNS = {
    "id": "lnk",
    "destination_id": "dst",
    "page_id": "pg",
    "campaign_id": "cmp",
    "code_id": "qr",
    "link_id": "lnk",
    "style_id": "sty",
}


async def insert_all(
    conn: Transaction,
    principal: Principal,
    wanted: Sequence[Columns],
    reports: Sequence[Report],
    now: datetime,
) -> list[Link]:
    """Rows in the order of `wanted`; not published yet. All slugs that are taken are told."""
    await hash_passwords(wanted)
    fixed = {
        "workspace_id": principal.workspace,
        "mode": principal.mode,
        "dialect": principal.dialect,
        "created_by": principal.id,
        "created_at": now,
        "updated_at": now,
    }
    rows = [{**columns, **fixed, "id": columns.get("id") or new_uuid()} for columns in wanted]
    await _give_pages(conn, principal, rows)
    rows = await reflagged(conn, rows)
    if not conn.begun and all(row.get("route_version") for row in rows):
        made = await _defer_all(conn, principal, rows)
    else:
        made = await _insert_all(conn, principal, rows, reports)
    await _keep_destinations(conn, principal.workspace, list(made.values()), fresh=True)
    return [made[row["id"]] for row in rows]


async def _defer_all(
    conn: Transaction, principal: Principal, rows: Sequence[Columns]
) -> dict[UUID, Link]:
    names = (*store.FIXED, *store.WRITTEN, "route_version")
    plain = [{name: row[name] for name in names} | {"slug": unused_slug(row)} for row in rows]
    made = await store.defer_links(conn, principal, sorted(plain, key=_place))
    return {link["id"]: link for link in made}


async def _insert_all(
    conn: Connection, principal: Principal, rows: Sequence[Columns], reports: Sequence[Report]
) -> dict[UUID, Link]:
    """Tells of all slugs that are taken, and looks for others where any will do."""
    made: dict[UUID, Link] = {}
    for _ in range(TRIES):
        left = [
            {name: row[name] for name in (*store.FIXED, *store.WRITTEN)} | {"slug": slug}
            for row in rows
            if row["id"] not in made and (slug := unused_slug(row))
        ]
        inserted = await store.insert_links(conn, principal, sorted(left, key=_place))
        made |= {link["id"]: link for link in inserted}
        if len(made) == len(rows):
            return made
        _refuse_taken(rows, reports, made)
    raise Unavailable("no free slug was found; try again")


def _place(row: Link) -> tuple[str, str]:
    """Two commands that want the same slugs want them in the same order."""
    return row["host"], row["slug"]


def _refuse_taken(
    rows: Sequence[Columns], reports: Sequence[Report], made: Mapping[UUID, Link]
) -> None:
    errors: list[FieldError] = []
    for row, report in zip(rows, reports, strict=True):
        if row["slug"] and row["id"] not in made:
            report.add("slug", "slug_taken", f"the slug {row['slug']} is taken")
            errors += report.errors[-1:]
    refuse(errors)


async def write_all(
    conn: Transaction,
    principal: Principal,
    changes: Sequence[tuple[Link, Columns]],
    now: datetime,
    *,
    action: Action = "link.updated",
    note: VersionNote = PLAIN,
    reports: Mapping[UUID, Report] | None = None,
) -> list[Link]:
    """Writes, versions, audits and publishes changed links; those without a change stay."""
    await hash_passwords([columns for _, columns in changes])
    rows = [{**before, **columns, "updated_at": now} for before, columns in changes if columns]
    if not rows:
        return [before for before, _ in changes]
    shown = {before["id"] for before, columns in changes if "content" in columns}
    await _give_pages(conn, principal, [row for row in rows if row["id"] in shown])
    written = {row["id"]: dict(row) for row in await store.update_links(
        conn, principal.workspace, await reflagged(conn, rows)
    )}  # fmt: skip
    await _follow(conn, principal, changes, written, now, note)
    await codes.touch(conn, principal.workspace, list(written), now)
    await audit.record_all(
        conn,
        principal,
        action,
        [
            (show_id("lnk", before["id"]), told(before), told(written[before["id"]]))
            for before, columns in changes
            if columns
        ],
    )
    led = [link["id"] for link, columns in changes if columns.keys() & LEADING]
    check_fit(
        await publish(conn, list(written.values())),
        {id: (reports or {}).get(id) or Report() for id in led},
    )
    return [written.get(before["id"], before) for before, _ in changes]


async def _follow(
    conn: Transaction,
    principal: Principal,
    changes: Sequence[tuple[Link, Columns]],
    written: Mapping[UUID, Link],
    now: datetime,
    note: VersionNote,
) -> None:
    """What hangs on where a link leads, of links that lead elsewhere now."""
    moved = [
        written[before["id"]]
        for before, columns in changes
        if columns and any(name in columns for name in TARGET)
    ]
    if moved:
        await versions.add(conn, principal, moved, now, note)
        await _keep_destinations(conn, principal.workspace, moved)
        await _drop_pages(conn, principal, [before for before, _ in changes], written)


async def hash_passwords(changes: Sequence[Columns]) -> None:
    """Puts hashes in the place of passwords; the same one is hashed once."""
    clear = {columns["password"] for columns in changes if columns.get("password")}
    if len(clear) > MAX_PASSWORDS:
        words = f"at most {MAX_PASSWORDS} different passwords in one call"
        refuse([FieldError("", "too_many_passwords", words)])
    hashes = {each: await asyncio.to_thread(hash_password, each) for each in clear}
    for columns in changes:
        password = columns.pop("password", None)
        if password:
            columns["password_hash"] = hashes[password]


async def _give_pages(conn: Transaction, principal: Principal, rows: Sequence[Columns]) -> None:
    """Links of kinds that are shown have a page of their own."""
    for row in rows:
        if row["content"] is not None and not row["destination_url"]:
            row["page_id"] = await page_for_content(conn, principal, row["id"], row["content"])


async def _drop_pages(
    conn: Transaction, principal: Principal, before: Sequence[Link], after: Mapping[UUID, Link]
) -> None:
    for link in before:
        was_shown = link["content"] is not None and link["page_id"] is not None
        now = after.get(link["id"])
        if was_shown and now is not None and now["page_id"] != link["page_id"]:
            await drop_page_of(conn, principal.workspace, link["id"])


async def _keep_destinations(
    conn: Connection, workspace: UUID, links: Sequence[Link], *, fresh: bool = False
) -> None:
    used = {
        link["id"]: [id for name in destination_ids(link) if (id := read_id("dst", name))]
        for link in links
    }
    if fresh:
        used = {link: ids for link, ids in used.items() if ids}
    if used:
        await store.set_destinations(conn, workspace, used)


def told(link: Link) -> dict[str, Any]:
    """A link as its audit entries tell it."""
    return {
        name: show_id(ID_COLUMNS[name], value) if name in ID_COLUMNS and value else value
        for name, value in link.items()
        if name not in UNTOLD
    }
