"""Every input that a stranger can send to the edge gets a clear answer, and harms nobody else."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.embedded.backends import HOST
from qz_redirect.settings import ServeSettings
from tests.fixtures.edge import (
    code,
    exchange,
    get,
    put,
    serving,
    settings_for,
    slugs,
    statuses,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTLESS = b"GET /plain HTTP/1.1\r\n\r\n"
FORM = ("Content-Type: application/x-www-form-urlencoded", "Content-Length: 10")
LOCKED = code("lnk_3", password="$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def edge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServeSettings]:
    data = tmp_path_factory.mktemp("edge")
    put(
        data,
        slugs(
            plain=code(), other=code("lnk_2"), locked=LOCKED, paused=code("lnk_4", status="paused")
        ),
    )
    async with serving(settings_for(data)) as settings:
        yield settings


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (HOSTLESS, 400),
        (get("/plain", host="evil.example"), 400),
        (get("/plain", host="a@127.0.0.1"), 400),
        (get("/plain", "Host: 127.0.0.1"), 400),
        (get("/plain", host="127.0.0.1:99999"), 400),
        (get("/plain", host="127.0.0.1:x"), 400),
        (get("/plain", method="DELETE"), 405),
        (get("/plain", method="OPTIONS"), 405),
        (get("/plain", "Content-Length: 0", method="POST"), 405),
        (get("//evil.example/plain"), 404),
        (get("/plain/../other"), 404),
        (get("/%70lain"), 302),
        (get("/pla%0d%0ain"), 404),
        (get("/plain%00"), 404),
        (get("/plainé"), 400),
        (get("*", method="OPTIONS"), 400),
        (get("http://evil.example/plain"), 400),
        (get(f"http://{HOST}/plain"), 302),
        (get(f"HTTP://{HOST}/plain"), 302),
        (get("http:///plain"), 400),
        (get("ftp://127.0.0.1/plain"), 400),
        (get("/no" + "x" * 5000), 404),
        (b"nonsense\r\n\r\n", 400),
        (get("/plain", "Transfer-Encoding: xchunked"), 400),
        (get("/plain", "Transfer-Encoding: chunked", "Content-Length: 5") + b"0\r\n\r\n", 400),
        (get("/plain", "X: a\r\n folded"), 400),
        (get("/plain", "X: a\nY: b"), 400),
        (get("/plain", "Content-Length: x"), 400),
        (get("/plain", *(f"X-{number}: 1" for number in range(101))), 431),
        (get("/plain", "X-Big: " + "x" * 17_000), 431),
        (get("/plain?" + "q" * 17_000), 431),
        (get("/plain", "Upgrade: websocket", "Connection: Upgrade"), 302),
        (get("/plain", "Upgrade: h2c", "Connection: Upgrade"), 302),
        (get("/plain", "Expect: 100-continue"), 302),
        (get("/locked", "Expect: 100-Continue", *FORM, method="POST") + b"password=x", 100),
        (get("/locked", *FORM, method="POST") + b"password=x", 403),
    ],
)
async def test_every_input_gets_a_clear_answer(
    edge: ServeSettings, sent: bytes, status: int
) -> None:
    answer = await exchange(edge.port, sent)
    assert statuses(answer)[0] == status, answer[:200]
    assert all(status < 500 for status in statuses(answer))
    assert statuses(await exchange(edge.port, get("/plain"))) == [302]


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (get("/plain") + b"GARBAGE\r\n\r\n", [302, 400]),
        (get("/paused") + b"GARBAGE\r\n\r\n", [404]),
        (get("/plain") * 2 + get("/paused") * 2 + b"GARBAGE\r\n\r\n" + get("/plain"), None),
    ],
)
async def test_garbage_behind_requests_takes_no_answer_away(
    edge: ServeSettings, sent: bytes, wanted: list[int] | None
) -> None:
    answer = await exchange(edge.port, sent, answers=9)
    assert statuses(answer) == (wanted or [302, 302, 404, 404])
