"""What may become of a campaign."""

from collections.abc import Awaitable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qz_api.absence import present
from qz_api.audit import service as audit
from qz_api.callers.principal import Principal
from qz_api.campaigns import store
from qz_api.connection import Connection, Row
from qz_api.differing import says_news
from qz_api.links import service as links
from qz_api.links import users
from qz_api.transaction import Transaction
from qz_common.errors import Conflict, FieldError, Invalid
from qz_common.ids import new_uuid, show_id


async def create(
    conn: Transaction, principal: Principal, fields: Mapping[str, Any], now: datetime
) -> Row:
    row = await store.insert(
        conn,
        id=new_uuid(),
        workspace=principal.workspace,
        mode=principal.mode,
        fields=fields,
        created_by=principal.id,
        now=now,
    )
    await audit.record(conn, principal, "campaign.created", show_id("cmp", row["id"]), None, row)
    return row


async def get(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(await store.get(conn, principal.workspace, principal.mode, id), "campaign")


async def lock(
    conn: Connection, principal: Principal, id: UUID, changes: Collection[str] = ()
) -> Row:
    """With its links, when these fields are to change and links put one of them on."""
    workspace = principal.workspace

    def alone() -> Awaitable[Row | None]:
        return store.lock(conn, workspace, principal.mode, id)

    if "utm" not in changes:
        return present(await alone(), "campaign")
    return present(await users.lock_used(conn, workspace, "campaign", id, alone), "campaign")


async def lock_leaving(conn: Connection, principal: Principal, id: UUID) -> Row:
    """With all that names it, for its end."""
    workspace = principal.workspace
    row = await users.lock_leaving(
        conn, workspace, id, lambda: store.lock(conn, workspace, principal.mode, id)
    )
    return present(row, "campaign")


async def update(
    conn: Transaction,
    principal: Principal,
    before: Row,
    changes: Mapping[str, Any],
    now: datetime,
) -> Row:
    """`before` is locked; `changes` are the fields that were sent."""
    fields = {**dict(before), **changes, "utm": _merged(before["utm"], changes.get("utm", {}))}
    if fields["starts_at"] and fields["ends_at"] and fields["ends_at"] <= fields["starts_at"]:
        error = FieldError("/ends_at", "invalid_window", "must come after starts_at")
        raise Invalid("a campaign ends after it starts", "invalid_window", errors=[error])
    if not says_news(before, fields):
        return before
    row = await store.update(
        conn, workspace=principal.workspace, id=before["id"], fields=fields, now=now
    )
    if row["utm"] != before["utm"]:
        await links.republish(conn, principal.workspace, "campaign", row["id"])
    await audit.record(conn, principal, "campaign.updated", show_id("cmp", row["id"]), before, row)
    return row


async def delete(conn: Transaction, principal: Principal, row: Row, now: datetime) -> None:
    """`row` is locked for its end; refused while links are in it: archive it, or move them."""
    if users := await links.in_use(conn, principal.workspace, "campaign", row["id"]):
        raise Conflict(f"links use this campaign: {users}", "campaign_in_use")
    await links.leave_campaign(conn, principal.workspace, row["id"])
    await store.mark_deleted(conn, principal.workspace, row["id"], now)
    await audit.record(conn, principal, "campaign.deleted", show_id("cmp", row["id"]), row, None)


def _merged(utm: Mapping[str, str], given: Mapping[str, str | None] | None) -> dict[str, str]:
    """Field by field: null takes a parameter away, or all of them."""
    if given is None:
        return {}
    return {name: value for name, value in {**utm, **given}.items() if value is not None}
