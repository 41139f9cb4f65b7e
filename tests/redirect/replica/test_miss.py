"""A miss asks the API once, briefly, and never more than it may."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from qz_common.internal import internal_client
from qz_redirect.replica.miss import (
    MAX_AT_ONCE,
    NEGATIVE_SECONDS,
    PER_NETWORK,
    Misses,
)

Handler = Callable[[httpx.Request], Awaitable[httpx.Response]]
NETWORK = b"\x51\x02\x45"


class Api:
    """Outgoing HTTP and the clock, as the test wants them."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.status = 200
        self.now = 1000.0
        self.gate: asyncio.Event | None = None
        client = internal_client(
            "http://api.example/", "secret", 5, transport=httpx.MockTransport(self._answer)
        )
        self.misses = Misses(client, lambda: self.now)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.gate:
            await self.gate.wait()
        if self.status == 0:
            raise httpx.ConnectError("away")
        return httpx.Response(self.status, content=b"record" if self.status == 200 else b"")


@pytest.fixture
def api() -> Api:
    return Api()


async def test_the_record_comes_back_as_published(api: Api) -> None:
    assert await api.misses.ask("code:go.acme.example/abc", NETWORK) == b"record"
    (request,) = api.requests
    assert str(request.url) == (
        "http://api.example/internal/routing/record?key=code%3Ago.acme.example%2Fabc"
    )
    assert request.headers["authorization"] == "Bearer secret"


async def test_many_at_once_are_one_question(api: Api) -> None:
    api.gate = asyncio.Event()
    asking = [asyncio.create_task(api.misses.ask("code:/abc", NETWORK)) for _ in range(50)]
    await asyncio.sleep(0)
    api.gate.set()
    assert set(await asyncio.gather(*asking)) == {b"record"}
    assert len(api.requests) == 1


async def test_one_that_gives_up_does_not_end_the_question_of_the_others(api: Api) -> None:
    api.gate = asyncio.Event()
    first = asyncio.create_task(api.misses.ask("code:/abc", NETWORK))
    second = asyncio.create_task(api.misses.ask("code:/abc", NETWORK))
    await asyncio.sleep(0)
    first.cancel()
    api.gate.set()
    assert await second == b"record"


@pytest.mark.parametrize("status", [404, 500, 401, 0])
async def test_no_record_is_not_asked_for_again_for_seconds(api: Api, status: int) -> None:
    api.status = status
    assert await api.misses.ask("code:/abc", NETWORK) is None
    assert await api.misses.ask("code:/abc", NETWORK) is None
    assert len(api.requests) == 1
    api.now += NEGATIVE_SECONDS + 0.1
    api.status = 200
    assert await api.misses.ask("code:/abc", NETWORK) == b"record"


async def test_an_api_that_hangs_is_a_miss_after_its_time(api: Api) -> None:
    api.gate = asyncio.Event()
    assert await asyncio.wait_for(api.misses.ask("code:/abc", NETWORK), 5) is None
    assert api.misses.failed == 1


async def test_few_questions_wait_at_once(api: Api) -> None:
    api.gate = asyncio.Event()
    asking = [
        asyncio.create_task(api.misses.ask(f"code:/s{number}", bytes([number])))
        for number in range(MAX_AT_ONCE + 10)
    ]
    await asyncio.sleep(0)
    api.gate.set()
    answers = await asyncio.gather(*asking)
    assert answers.count(b"record") == MAX_AT_ONCE
    assert api.misses.refused == 10


async def test_a_network_that_guesses_is_asked_for_little(api: Api) -> None:
    api.status = 404
    for number in range(PER_NETWORK + 20):
        await api.misses.ask(f"code:/s{number}", NETWORK)
    assert len(api.requests) == PER_NETWORK
    api.status = 200
    assert await api.misses.ask("code:/abc", b"\x01\x02\x03") == b"record"
    api.now += 61
    assert await api.misses.ask("code:/later", NETWORK) == b"record"
