"""What may become of saved looks. A code that was made with one keeps the look it had then."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.absence import absent, present
from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.differing import says_news
from qz_api.images.looks import merged, read_readable, read_style
from qz_api.images.pictures.service import pin
from qz_api.images.refusals import as_invalid
from qz_api.styles import store
from qz_api.styles.schemas import StyleCreate, StylePatch
from qz_api.transaction import Transaction
from qz_common.ids import new_uuid, show_id
from qz_render import RenderError

POINTER = "/style"


async def create(conn: Transaction, principal: Principal, draft: StyleCreate, now: datetime) -> Row:
    row = await store.insert(
        conn,
        id=new_uuid(),
        workspace=principal.workspace,
        mode=principal.mode,
        name=draft.name,
        style=await _checked(conn, principal, merged({}, read(draft.style))),
        created_by=principal.id,
        now=now,
    )
    await audit.record(conn, principal, "style.created", show_id("sty", row["id"]), None, told(row))
    return row


async def get(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(await store.get(conn, principal.workspace, principal.mode, id), "style")


async def update(
    conn: Transaction,
    principal: Principal,
    id: UUID,
    draft: StylePatch,
    now: datetime,
    check: Callable[[int], None],
) -> Row:
    before = await _locked(conn, principal, id, check)
    style = await _checked(conn, principal, merged(before["style"], read(draft.style)))
    fields: dict[str, Any] = {"name": draft.name or before["name"], "style": style}
    if not says_news(before, fields):
        return before
    after = await store.update(conn, principal.workspace, id, **fields, now=now)
    shown = show_id("sty", id)
    await audit.record(conn, principal, "style.updated", shown, told(before), told(after))
    return after


async def delete(
    conn: Transaction,
    principal: Principal,
    id: UUID,
    now: datetime,
    check: Callable[[int], None],
) -> None:
    before = await _locked(conn, principal, id, check)
    await store.mark_deleted(conn, principal.workspace, id, now)
    await audit.record(conn, principal, "style.deleted", show_id("sty", id), told(before), None)


def read(style: object) -> dict[str, Any]:
    """The fields that a body gives; what they say is checked when they are merged."""
    if style is None or isinstance(style, dict):
        return style or {}
    try:
        read_style(style)
    except RenderError as error:
        raise as_invalid(error) from None
    raise AssertionError("a style that is no object was read")


def told(row: Row) -> dict[str, Any]:
    return {"name": row["name"], "style": row["style"]}


async def _locked(
    conn: Connection, principal: Principal, id: UUID, check: Callable[[int], None]
) -> Row:
    row = await store.get(conn, principal.workspace, principal.mode, id, lock=True)
    if row is None:
        raise absent("style")
    check(row["version"])
    return row


async def _checked(
    conn: Connection, principal: Principal, style: Mapping[str, Any]
) -> dict[str, Any]:
    try:
        read_readable(style, POINTER)
    except RenderError as error:
        raise as_invalid(error) from None
    return await pin(conn, principal.workspace, principal.mode, style, POINTER)
