"""One Idempotency-Key, one effect: the record of a key commits with what it brought about.

The record is the gate of the transaction: the first call's uncommitted row makes a second one wait
in the unique index; then it finds the stored answer (a replay), or the row is gone with a failed
call and it becomes the first itself. A command that reads before it writes anything reaches the
gate late, so a stored answer also wins over a refusal: the world may have moved since.
Only effects are remembered: a refused call may be mended and sent again with the same key.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from qz_api.connection import Row
from qz_api.deferred import Gate
from qz_api.http.respond import Answer
from qz_api.http.scope import header
from qz_api.idempotency import store
from qz_api.idempotency.store import Place
from qz_api.sealing import Secrets
from qz_api.transaction import GateHeld, GateShut, Transaction
from qz_common.errors import Conflict, Invalid, Problem, Unavailable

if TYPE_CHECKING:
    from qz_api.http.call import Call

KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
REPLAYED = {"Idempotent-Replayed": "true"}


Run: TypeAlias = "Callable[[Call, Claim | None], Awaitable[Answer]]"


@dataclass(frozen=True, slots=True)
class Claim:
    """The key of one call, as its transaction writes it."""

    place: Place
    request_hash: bytes
    secrets: Secrets

    @property
    def gate(self) -> Gate:
        return store.claim(self.place, self.request_hash)

    async def answered(self, conn: Transaction, answer: Answer) -> None:
        """The answer goes into the record: with the row, or into the row that is there."""
        body = self.secrets.seal(answer.body, repr(self.place).encode())
        if conn.begun:
            await store.finish(conn, self.place, answer.status, answer.headers, body)
        else:
            conn.gate = store.claim(
                self.place, self.request_hash, answer.status, dict(answer.headers), body
            )


async def once(call: "Call", document: Any, run: "Run") -> Answer:
    key = header(call.scope, b"idempotency-key")
    if key is None:
        return await run(call, None)
    _check_key(call, key)
    place = (call.principal.workspace, call.principal.mode, call.operation.id, key)
    claim = Claim(place, _hash(call, document), call.deps.secrets)
    try:
        return await run(call, claim)
    except GateHeld:
        raise Conflict(
            "a call with this Idempotency-Key is still at work",
            "idempotency_in_flight",
            headers={"Retry-After": "1"},
        ) from None
    except GateShut:
        row = await _stored(call, claim)
        if row is None:
            raise Conflict(
                "a call with this Idempotency-Key just ended", "idempotency_in_flight"
            ) from None
    except Problem as problem:
        row = None if isinstance(problem, Unavailable) else await _stored(call, claim)
        if row is None:
            raise
    return _replay(call, claim, row)


def _check_key(call: "Call", key: str) -> None:
    if not KEY.fullmatch(key):
        raise Invalid(
            "an Idempotency-Key has 1 to 255 printable characters", "invalid_idempotency_key"
        )
    if call.principal.idempotency_full:
        raise Invalid("this workspace has used too many idempotency keys today", "idempotency_full")


async def _stored(call: "Call", claim: Claim) -> Row | None:
    return await call.deps.db.once(lambda conn: store.stored(conn, claim.place))


def _replay(call: "Call", claim: Claim, row: Row) -> Answer:
    if row["request_hash"] != claim.request_hash:
        raise Invalid("this Idempotency-Key was used with another request", "idempotency_mismatch")
    call.deps.metrics.idempotent_replays.inc()
    body = claim.secrets.unseal(row["body"], repr(claim.place).encode())
    return Answer(row["status"], body, {**row["headers"], **REPLAYED})


def _hash(call: "Call", document: Any) -> bytes:
    """Of the parsed request: another spelling of the same JSON is the same request."""
    query = call.maybe_query.model_dump(mode="json") if call.maybe_query else None
    caller = [call.principal.id] if call.operation.secret else []
    request = [dict(call.path), query, document, *caller]
    return hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).digest()
