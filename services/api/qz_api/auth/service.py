"""Keys let in, issued, rolled and revoked.

A key is never stored: Postgres has an HMAC of it under a pepper that Postgres never sees. A key
with a wrong checksum never gets as far as Postgres. Every call asks Postgres, so a key that was
revoked is refused everywhere at once.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from qz_api.absence import absent, present
from qz_api.audit import service as audit
from qz_api.auth import store
from qz_api.auth.admission import Admissions, Admitted
from qz_api.auth.schemas import key_fields
from qz_api.callers.permissions import Permission, known
from qz_api.callers.plans import effective
from qz_api.callers.principal import Mode, Principal
from qz_api.connection import Connection, Row
from qz_api.db import Database
from qz_api.http.scope import Scope, header
from qz_api.limits.charge import meters_of
from qz_api.metrics import ApiMetrics
from qz_api.sealing import Secrets
from qz_api.transaction import Transaction
from qz_common.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    Unauthenticated,
)
from qz_common.ids import ApiKey, new_api_key, new_uuid, read_api_key, read_id, show_id

LAST_CHARACTERS = 4
NO_HASH = bytes(32)
CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDraft:
    mode: Mode
    name: str
    scopes: frozenset[Permission]
    expires_at: datetime | None = None
    dialect: str = ""


def key_authenticator(
    db: Database, secrets: Secrets, metrics: ApiMetrics
) -> Callable[[Scope, int], Awaitable[Principal | None]]:
    admissions = Admissions(db)

    async def authenticate(scope: Scope, cost: int) -> Principal | None:
        value = header(scope, b"authorization")
        if value is None:
            return None
        try:
            principal = await admit(admissions, secrets, _bearer(value), cost)
        except Unauthenticated as problem:
            metrics.refused_keys.labels(problem.code).inc()
            raise
        _check_asked(scope, principal)
        return principal

    return authenticate


async def admit(admissions: Admissions, secrets: Secrets, text: str, cost: int) -> Principal:
    key = read_api_key(text)
    if key is None:
        raise _invalid()
    presented = hash_key(secrets, key)
    row = await admissions.admit((key.public_id, presented), cost)
    matches = hmac.compare_digest(row["secret_hash"] or NO_HASH, presented)
    if not matches or row["mode"] != key.mode:
        raise _invalid()
    _check_usable(row)
    return _principal(row)


def hash_key(secrets: Secrets, key: ApiKey) -> bytes:
    message = f"{key.mode}_{key.public_id}{key.secret}".encode()
    return hmac.digest(secrets.api_keys, message, hashlib.sha256)


async def issue(
    conn: Connection,
    secrets: Secrets,
    workspace: UUID,
    draft: KeyDraft,
    created_by: str,
    replaces: UUID | None = None,
) -> tuple[Row, str]:
    """The stored row, and the clear key: it is shown now and never again."""
    key = new_api_key(draft.mode)
    row = await store.insert_key(
        conn,
        id=new_uuid(),
        workspace=workspace,
        mode=draft.mode,
        name=draft.name,
        public_id=key.public_id,
        secret_hash=hash_key(secrets, key),
        last_characters=key.text[-LAST_CHARACTERS:],
        scopes=sorted(draft.scopes),
        dialect=draft.dialect,
        created_by=created_by,
        replaces=replaces,
        expires_at=draft.expires_at,
    )
    return row, key.text


async def create(
    conn: Transaction, secrets: Secrets, principal: Principal, draft: KeyDraft, now: datetime
) -> tuple[Row, str]:
    _check_grant(principal, draft)
    if draft.expires_at is not None and draft.expires_at <= now:
        error = FieldError("/expires_at", "invalid_expires_at", "lies in the past")
        raise Invalid("a key can't expire before it exists", "invalid_expires_at", errors=[error])
    row, text = await issue(conn, secrets, principal.workspace, draft, principal.id)
    await audit.record(conn, principal, "key.created", show_id("key", row["id"]), None, _told(row))
    return row, text


async def roll(
    conn: Transaction,
    secrets: Secrets,
    principal: Principal,
    id: UUID,
    overlap: timedelta,
    now: datetime,
) -> tuple[Row, str]:
    """A new key with the same rights and end; the old one works on for the overlap. It may be
    rolled again meanwhile: whoever lost the new key needs another."""
    old = await _locked(conn, principal, id)
    if old["revoked_at"] is not None or (old["expires_at"] and old["expires_at"] <= now):
        raise Conflict("a key that has ended can't be rolled; create a new one", "key_ended")
    draft = KeyDraft(
        mode=old["mode"],
        name=old["name"],
        scopes=known(old["scopes"]),
        expires_at=old["granted_until"],
        dialect=old["dialect"],
    )
    _check_grant(principal, draft)
    row, text = await issue(conn, secrets, principal.workspace, draft, principal.id, replaces=id)
    ended = await store.replace_key(conn, principal.workspace, id, now, now + overlap)
    await audit.record(conn, principal, "key.created", show_id("key", row["id"]), None, _told(row))
    await audit.record(conn, principal, "key.rolled", show_id("key", id), _told(old), _told(ended))
    return row, text


async def revoke(conn: Transaction, principal: Principal, id: UUID, now: datetime) -> Row:
    before = await _locked(conn, principal, id)
    row = await store.revoke_key(conn, principal.workspace, id, now)
    await audit.record(
        conn, principal, "key.revoked", show_id("key", id), _told(before), _told(row)
    )
    return row


def _told(row: Row) -> dict[str, object]:
    """For the audit log: what is decided about a key, not how it is used."""
    fields = key_fields(row)
    return {name: fields[name] for name in fields if name not in ("id", "last_used_at")}


def manageable(principal: Principal) -> tuple[Mode, ...]:
    """Modes whose keys the caller may see and end: a test key knows of no live one."""
    if principal.kind == "key" and principal.mode == "test":
        return ("test",)
    return ("live", "test")


async def get(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(await store.get_key(conn, principal.workspace, manageable(principal), id), "key")


async def _locked(conn: Connection, principal: Principal, id: UUID) -> Row:
    return present(
        await store.lock_key(conn, principal.workspace, manageable(principal), id), "key"
    )


def _check_grant(principal: Principal, draft: KeyDraft) -> None:
    beyond = sorted(draft.scopes - principal.scopes)
    if beyond:
        raise Forbidden(f"a key can't grant what its maker lacks: {', '.join(beyond)}")
    if draft.mode == "live" and not principal.plan.live_keys:
        raise Forbidden("this plan has test keys only", "plan_forbids")
    if draft.mode not in manageable(principal):
        raise Forbidden("a test key can't make a live one", "live_key_required")


def _check_asked(scope: Scope, principal: Principal) -> None:
    """A key has one workspace and one mode: a call that names others means another key."""
    mode, workspace = header(scope, b"quietzone-mode"), header(scope, b"quietzone-workspace")
    if mode is not None and mode != principal.mode:
        raise Malformed(f"this key is for {principal.mode} data", "invalid_mode")
    if workspace is not None and read_id("ws", workspace) != principal.workspace:
        raise absent("workspace")


def _check_usable(row: Admitted) -> None:
    if row["revoked"]:
        raise Unauthenticated("this key was revoked", "revoked_key", headers=CHALLENGE)
    if row["expired"]:
        raise Unauthenticated("this key has expired", "expired_key", headers=CHALLENGE)


def _principal(row: Admitted) -> Principal:
    return Principal(
        kind="key",
        id=show_id("key", row["key_id"]),
        name=row["name"],
        workspace=row["workspace_id"],
        mode=row["mode"],
        scopes=known(row["scopes"]),
        plan=effective(row["plan"], row["plan_overrides"]),
        meters=meters_of(row),
        dialect=row["dialect"],
        idempotency_full=row["idempotency_full"],
    )


def _bearer(value: str) -> str:
    word, _, token = value.partition(" ")
    if word.lower() != "bearer" or not token:
        raise _invalid()
    return token.strip()


def _invalid() -> Unauthenticated:
    return Unauthenticated("this key is not one of ours", "invalid_key", headers=CHALLENGE)
