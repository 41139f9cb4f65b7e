"""What Postgres says about routing, as the API tells it to an edge that compares."""

from typing import TypeVar

import httpx
import msgspec

from qz_common.route_digest import RouteHashes, RoutesPage

TIMEOUT_SECONDS = 10.0
AWAY = (httpx.HTTPError, msgspec.DecodeError)
"""Asking again later may help."""
T = TypeVar("T")


class Truth:
    def __init__(self, api: httpx.AsyncClient) -> None:
        self._api = api

    async def page(self, after: str) -> RoutesPage:
        answer = await self._ask("digest", after=after)
        return msgspec.json.decode(answer.content, type=RoutesPage)

    async def hashes(self, after: str, last: str) -> dict[bytes, bytes]:
        """By key; empty for a record that waits to be published."""
        answer = await self._ask("hashes", after=after, last=last)
        hashes = msgspec.json.decode(answer.content, type=RouteHashes).hashes
        try:
            return {key.encode(): bytes.fromhex(hash) for key, hash in hashes.items()}
        except ValueError as error:
            raise msgspec.DecodeError("a hash is no hexadecimal number") from error

    async def record(self, key: bytes) -> bytes | None:
        """As it was published; None when it is gone by now."""
        answer = await self._api.get("/internal/routing/record", params={"key": key.decode()})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return answer.raise_for_status().content

    async def _ask(self, what: str, **query: str) -> httpx.Response:
        answer = await self._api.get(f"/internal/routing/{what}", params=query)
        return answer.raise_for_status()
