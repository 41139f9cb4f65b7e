"""Blocking a link for abuse: by the operator, at once on every edge, until it is unblocked.

Runs in a transaction that sees every workspace; the entry in the audit log is its owner's to read.
"""

from datetime import datetime
from typing import cast

from qz_api.audit.actions import Action
from qz_api.callers.plans import Plan
from qz_api.callers.principal import Mode, Principal
from qz_api.connection import Connection
from qz_api.links import store
from qz_api.links.fields import Columns
from qz_api.links.publish import Link
from qz_api.links.writing import write_all
from qz_api.transaction import Transaction
from qz_common.errors import NotFound

OPERATOR = "operator"


async def block(conn: Transaction, host: str, slug: str, reason: str, now: datetime) -> Link:
    """A deleted link is blocked too, for when it comes back."""
    link = await _locked(conn, host, slug)
    if "blocked" in (link["status"], link["deleted_from"]):
        return link
    if link["status"] == "deleted":
        columns = {"deleted_from": "blocked", "blocked_from": link["deleted_from"]}
    else:
        columns = {"status": "blocked", "blocked_from": link["status"]}
    return await _write(conn, link, {**columns, "blocked_reason": reason}, "abuse.blocked", now)


async def unblock(conn: Transaction, host: str, slug: str, now: datetime) -> Link:
    link = await _locked(conn, host, slug)
    columns: Columns = {"blocked_from": "", "blocked_reason": ""}
    if link["status"] == "blocked":
        columns["status"] = link["blocked_from"]
    elif link["deleted_from"] == "blocked":
        columns["deleted_from"] = link["blocked_from"]
    else:
        return link
    return await _write(conn, link, columns, "abuse.unblocked", now)


async def _locked(conn: Connection, host: str, slug: str) -> Link:
    row = await store.lock_by_slug(conn, host, slug)
    if row is None:
        raise NotFound("there is no such link")
    return dict(row)


async def _write(
    conn: Transaction, link: Link, columns: Columns, action: Action, now: datetime
) -> Link:
    principal = Principal(
        kind="key",
        id=OPERATOR,
        name=OPERATOR,
        workspace=link["workspace_id"],
        mode=cast(Mode, link["mode"]),
        scopes=frozenset(),
        plan=Plan(name=OPERATOR),
    )
    (after,) = await write_all(conn, principal, [(link, columns)], now, action=action)
    return after
