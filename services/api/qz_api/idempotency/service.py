"""One Idempotency-Key, one effect: the record of a key commits with what it brought about.

The first call's uncommitted row makes a second one wait in the unique index; then it finds the
stored answer (a replay), or the row is gone with a failed call and it becomes the first itself.
Only effects are remembered: a refused call may be mended and sent again with the same key.
"""

import hashlib
import re
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from qz_api.http.respond import Answer
from qz_api.http.scope import header
from qz_api.idempotency import store
from qz_common.errors import Conflict, Invalid

if TYPE_CHECKING:
    from qz_api.http.call import Call

KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
REPLAYED = {"Idempotent-Replayed": "true"}


async def once(call: "Call", document: Any) -> Answer:
    key = header(call.scope, b"idempotency-key")
    if key is None:
        return await call.operation.handler(call)
    _check_key(call, key)
    place = (call.principal.workspace, call.principal.mode, call.operation.id, key)
    request_hash = _hash(call, document)
    if not await _claim(call, place, request_hash):
        return await _replay(call, place, request_hash)
    answer = await call.operation.handler(call)
    sealed = call.deps.secrets.seal(answer.body, repr(place).encode())
    await store.finish(call.conn, *place, status=answer.status, headers=answer.headers, body=sealed)
    return answer


def _check_key(call: "Call", key: str) -> None:
    if not KEY.fullmatch(key):
        raise Invalid(
            "an Idempotency-Key has 1 to 255 printable characters", "invalid_idempotency_key"
        )
    if call.principal.idempotency_full:
        raise Invalid("this workspace has used too many idempotency keys today", "idempotency_full")


async def _claim(call: "Call", place: tuple[Any, str, str, str], request_hash: bytes) -> bool:
    try:
        return await store.claim(call.conn, *place, request_hash)
    except asyncpg.LockNotAvailableError:
        raise Conflict(
            "a call with this Idempotency-Key is still at work",
            "idempotency_in_flight",
            headers={"Retry-After": "1"},
        ) from None


async def _replay(call: "Call", place: tuple[Any, str, str, str], request_hash: bytes) -> Answer:
    row = await store.stored(call.conn, *place)
    if row is None or row["status"] is None:
        raise Conflict("a call with this Idempotency-Key just ended", "idempotency_in_flight")
    if row["request_hash"] != request_hash:
        raise Invalid("this Idempotency-Key was used with another request", "idempotency_mismatch")
    call.deps.metrics.idempotent_replays.inc()
    body = call.deps.secrets.unseal(row["body"], repr(place).encode())
    return Answer(row["status"], body, {**row["headers"], **REPLAYED})


def _hash(call: "Call", document: Any) -> bytes:
    """Of the parsed request: another spelling of the same JSON is the same request."""
    query = call.maybe_query.model_dump(mode="json") if call.maybe_query else None
    request = [dict(call.path), query, document]
    return hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).digest()
