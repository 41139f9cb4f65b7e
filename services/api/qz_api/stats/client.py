"""Questions to the analytics service, which trusts our word about workspace and mode."""

from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from qz_api.auth.principal import Principal
from qz_api.http.respond import Answer, raw
from qz_common.errors import Unavailable
from qz_common.internal import internal_client

SECONDS = 12.0
CONNECT_SECONDS = 1.0
RETRY_AFTER = {"Retry-After": "2"}
JSON = {"Content-Type": "application/json"}


class AnalyticsClient:
    def __init__(
        self, url: str, token: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
        self._client = internal_client(url, token, timeout, transport=transport)

    async def close(self) -> None:
        await self._client.aclose()

    async def ask(self, path: str, principal: Principal, question: Mapping[str, Any]) -> Answer:
        """The answer as it came, problems included; workspace and mode are ours to say."""
        asked = {**question, "workspace": principal.workspace_id, "mode": principal.mode}
        try:
            reply = await self._client.post(path, content=orjson.dumps(asked), headers=JSON)
        except httpx.HTTPError as error:
            raise _away() from error
        if reply.status_code >= 500:
            raise _away()
        answer = raw(reply.content, reply.headers.get("content-type", "application/json"))
        return Answer(reply.status_code, answer.body, answer.headers)


def _away() -> Unavailable:
    return Unavailable("analytics are away", "analytics_unavailable", headers=RETRY_AFTER)
