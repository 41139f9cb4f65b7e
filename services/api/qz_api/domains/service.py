"""What may become of an own short domain.

A claim is not ownership: any number of workspaces may claim a host, and it belongs to the one whose
token stands in its DNS. Whoever has it keeps it for as long as their token stands there.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from qz_api.absence import present
from qz_api.audit import service as audit
from qz_api.audit.actions import Action
from qz_api.callers.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.differing import says_news
from qz_api.domains import store
from qz_api.domains.hosts import claimable, tokens
from qz_api.domains.publish import publish, take_down
from qz_api.domains.schemas import DomainPatch
from qz_api.links import service as links
from qz_api.transaction import Transaction
from qz_common.errors import Conflict, FieldError, Invalid
from qz_common.ids import new_uuid, random_slug, show_id
from qz_common.urls import UrlPolicy, UrlRefused, admit

TOKEN_LENGTH = 32
DAILY = timedelta(days=1)


async def create(
    conn: Transaction,
    principal: Principal,
    raw_host: str,
    root_url: str | None,
    ours: frozenset[str],
    policy: UrlPolicy,
    now: datetime,
) -> Row:
    host = claimable(raw_host, ours)
    row = await store.insert(
        conn,
        id=new_uuid(),
        workspace=principal.workspace,
        mode=principal.mode,
        host=host.ascii,
        token=random_slug(TOKEN_LENGTH),
        root_url=_admitted(root_url, policy),
        created_by=principal.id,
        now=now,
    )
    if row is None:
        error = FieldError("/host", "domain_exists", "is here already")
        raise Conflict(f"{host.ascii} is here already", "domain_exists", errors=[error])
    await _tell(conn, principal, "domain.created", None, row)
    return row


async def get(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(await store.get(conn, principal.workspace, principal.mode, id), "domain")


async def lock(
    conn: Connection, principal: Principal, id: UUID, *, for_default: bool = False
) -> Row:
    if for_default:
        await store.claim_default(conn, principal.workspace, principal.mode)
    return present(await store.lock(conn, principal.workspace, principal.mode, id), "domain")


async def update(
    conn: Transaction,
    principal: Principal,
    before: Row,
    patch: DomainPatch,
    policy: UrlPolicy,
    now: datetime,
) -> Row:
    """`before` is locked."""
    default = before["is_default"] if patch.default is None else patch.default
    if default and before["status"] != "verified":
        raise Conflict(f"{before['host']} is not verified yet", "domain_not_verified")
    named = "root_url" in patch.model_fields_set
    fields: dict[str, Any] = {
        "root_url": _admitted(patch.root_url, policy) if named else before["root_url"],
        "is_default": default,
    }
    if not says_news(before, fields):
        return before
    if default and not before["is_default"]:
        await store.no_default(conn, principal.workspace, principal.mode, now)
    row = await store.update(conn, principal.workspace, before["id"], **fields, now=now)
    if row["status"] == "verified":
        await publish(conn, row)
    await _tell(conn, principal, "domain.updated", before, row)
    return row


async def delete(conn: Transaction, principal: Principal, row: Row) -> None:
    """`row` is locked; refused while links stand on the host: printed codes would lead nowhere."""
    if row["status"] == "verified":
        if users := await links.in_use(conn, principal.workspace, "host", row["host"]):
            raise Conflict(f"{users} links stand on {row['host']}", "domain_in_use")
        await take_down(conn, row)
    await store.delete(conn, principal.workspace, row["id"])
    await _tell(conn, principal, "domain.deleted", row, None)


async def settle(
    conn: Transaction, principal: Principal, id: UUID, texts: list[str], now: datetime
) -> Row | Conflict:
    """Verified, or why not; the failure is written down too, so it is returned, not raised."""
    before = await lock(conn, principal, id)
    found = tokens(texts)
    if before["token"] not in found:
        failure = "record_differs" if texts else "record_missing"
        await store.mark_failing(conn, principal.workspace, id, failure, now)
        return _no_record(before["host"], failure)
    if await store.take_host(conn, principal.workspace, id, found) == "taken":
        return Conflict(
            f"another workspace has {before['host']}, and its record stands in DNS beside yours: "
            "remove that one and verify again",
            "domain_taken",
        )
    row = await store.mark_verified(conn, principal.workspace, id, now, now + DAILY)
    await publish(conn, row)
    if before["status"] != "verified":
        await _tell(conn, principal, "domain.verified", before, row)
    return row


def _admitted(root_url: str | None, policy: UrlPolicy) -> str:
    if not root_url:
        return ""
    try:
        return admit(root_url, policy).location
    except UrlRefused as refusal:
        error = FieldError("/root_url", refusal.code, refusal.message)
        raise Invalid(f"the root URL is refused: {refusal}", refusal.code, errors=[error]) from None


async def _tell(
    conn: Transaction, principal: Principal, action: Action, before: Row | None, after: Row | None
) -> None:
    row = after or before or {}
    await audit.record(conn, principal, action, show_id("dom", row["id"]), before, after)


def _no_record(host: str, failure: str) -> Conflict:
    detail = (
        f"the TXT records of _quietzone.{host} don't have the value that this domain shows"
        if failure == "record_differs"
        else f"there is no TXT record at _quietzone.{host} yet; new records can take a while"
    )
    return Conflict(detail, failure)
