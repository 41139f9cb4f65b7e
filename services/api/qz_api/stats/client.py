"""Questions to the analytics service, which trusts our word about workspace and mode."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
import orjson
import structlog

from qz_api.callers.principal import Principal
from qz_api.http.respond import JSON_TYPE, Answer, raw
from qz_common.errors import FieldError, Invalid, Problem, TooLarge, TooMany, Unavailable
from qz_common.internal import internal_client

SECONDS = 12.0
CONNECT_SECONDS = 1.0
RETRY_AFTER = {"Retry-After": "2"}
JSON = {"Content-Type": JSON_TYPE}
OK = 200
KINDS: Mapping[int, type[Problem]] = {
    kind.status: kind for kind in (TooLarge, Invalid, TooMany, Unavailable)
}
"""Answers that are about the question, or pass; any other is between the two services."""
log = structlog.get_logger()


class Told(msgspec.Struct, frozen=True):
    """What a problem of analytics says that a caller can use."""

    detail: str
    code: str
    errors: tuple[FieldError, ...] = ()


class AnalyticsClient:
    def __init__(
        self, url: str, token: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
        self._client = internal_client(url, token, timeout, transport=transport)

    async def close(self) -> None:
        await self._client.aclose()

    async def ask(self, path: str, principal: Principal, question: Mapping[str, Any]) -> Answer:
        """The answer as it came, or what analytics has against the question as a Problem of ours;
        workspace and mode are ours to say."""
        asked = {**question, "workspace": principal.workspace_id, "mode": principal.mode}
        headers = {**JSON, "X-Request-Id": principal.request_id}
        try:
            reply = await self._client.post(path, content=orjson.dumps(asked), headers=headers)
        except httpx.HTTPError as error:
            raise _away() from error
        if reply.status_code != OK:
            raise _refusal(reply, principal.request_id)
        return raw(reply.content, JSON_TYPE)


def _refusal(reply: httpx.Response, request_id: str) -> Problem:
    kind, told = KINDS.get(reply.status_code), _told(reply)
    if kind is None or told is None:
        log.error("analytics can't answer", status=reply.status_code, request_id=request_id)
        return _away()
    retry = {name: reply.headers[name] for name in RETRY_AFTER if name in reply.headers}
    if told.code == Unavailable.default_code:
        return _away(retry)
    return kind(told.detail, told.code, errors=told.errors, headers=retry)


def _told(reply: httpx.Response) -> Told | None:
    try:
        return msgspec.json.decode(reply.content, type=Told)
    except msgspec.DecodeError:
        return None


def _away(retry: Mapping[str, str] = RETRY_AFTER) -> Unavailable:
    return Unavailable("analytics are away", "analytics_unavailable", headers=retry)
