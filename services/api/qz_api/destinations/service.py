"""What may become of a destination. A change moves every link that uses it, or none."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.absence import present
from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.destinations import store
from qz_api.destinations.kinds import Target
from qz_api.differing import says_news
from qz_api.links import service as links
from qz_api.links.draft import Report
from qz_api.links.users import lock_used
from qz_api.transaction import Transaction
from qz_common.errors import Conflict, FieldError, Invalid
from qz_common.ids import new_uuid, show_id
from qz_common.urls import UrlPolicy, UrlRefused
from qz_common.urls.refusal import UrlCode

OF_WORDS = (UrlCode.TEXT, UrlCode.TOO_LONG)


async def create(
    conn: Transaction,
    principal: Principal,
    name: str,
    target: Target,
    policy: UrlPolicy,
    now: datetime,
) -> Row:
    row = await store.insert(
        conn,
        id=new_uuid(),
        workspace=principal.workspace,
        mode=principal.mode,
        name=name,
        target=target.model_dump(),
        location=location_of(target, policy),
        created_by=principal.id,
        now=now,
    )
    await audit.record(conn, principal, "destination.created", show_id("dst", row["id"]), None, row)
    return row


async def get(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(await store.get(conn, principal.workspace, principal.mode, id), "destination")


async def lock(
    conn: Connection, principal: Principal, id: UUID, *, with_links: bool = False
) -> Row:
    """With the links that use it, when these are to be led elsewhere."""
    workspace = principal.workspace

    def alone() -> Awaitable[Row | None]:
        return store.lock(conn, workspace, principal.mode, id)

    if not with_links:
        return present(await alone(), "destination")
    return present(await lock_used(conn, workspace, "destination", id, alone), "destination")


async def update(
    conn: Transaction,
    principal: Principal,
    before: Row,
    name: str | None,
    target: Target | None,
    policy: UrlPolicy,
    now: datetime,
) -> Row:
    """`before` is locked, with its links when there is a target."""
    location = before["location"] if target is None else location_of(target, policy)
    if location != before["location"]:
        await links.refuse_locked(conn, principal, "destination", before["id"], Report())
    fields: dict[str, Any] = {
        "name": before["name"] if name is None else name,
        "target": before["target"] if target is None else target.model_dump(),
        "location": location,
    }
    if not says_news(before, fields):
        return before
    row = await store.update(
        conn, workspace=principal.workspace, id=before["id"], **fields, now=now
    )
    if row["location"] != before["location"]:
        await links.republish(conn, principal.workspace, "destination", row["id"])
    await audit.record(
        conn, principal, "destination.updated", show_id("dst", row["id"]), before, row
    )
    return row


async def delete(conn: Transaction, principal: Principal, row: Row, now: datetime) -> None:
    """`row` is locked; refused while a link uses it, because a printed code would lead nowhere."""
    if users := await links.in_use(conn, principal.workspace, "destination", row["id"]):
        raise Conflict(f"links use this destination: {users}", "destination_in_use")
    await store.mark_deleted(conn, principal.workspace, row["id"], now)
    await audit.record(conn, principal, "destination.deleted", show_id("dst", row["id"]), row, None)


def location_of(target: Target, policy: UrlPolicy) -> str:
    try:
        return target.location(policy)
    except UrlRefused as refusal:
        error = FieldError(_pointer(target, refusal.code), refusal.code, str(refusal))
        raise Invalid(f"the target is refused: {refusal}", refusal.code, errors=[error]) from None


def _pointer(target: Target, code: str) -> str:
    """The field that leads there; of several texts nobody says which one it was."""
    unclear = target.words and code in OF_WORDS
    return "/target" if unclear else f"/target/{target.leading}"
