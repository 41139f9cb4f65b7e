"""A password typed into the form, as a phone sees it."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from qz_common.passwords import hash_password
from qz_common.records import CodeRecord, PageRecord
from qz_common.rules import Rule
from qz_redirect.password.checker import Checker
from tests.fixtures.standing_edge import (
    LOCATION,
    NOW_MS,
    StandingEdge,
    code,
    standing_edge,
    visitor,
)

FORM = {"password": "right"}


@pytest.fixture(scope="module")
def record() -> CodeRecord:
    return code(password=hash_password("right"))


@pytest.fixture(autouse=True)
def protected(standing: StandingEdge, record: CodeRecord) -> StandingEdge:
    standing.codes = {"abc": record, "free": code(link="lnk_2")}
    return standing


@pytest.mark.parametrize("path", ["/abc", "/ABC", "/r/abc", "/r/Abc?size=9"])
async def test_the_right_password_leads_on_with_a_pass(phone: httpx.AsyncClient, path: str) -> None:
    asked = await phone.get(path)
    assert asked.status_code == 200
    assert 'type="password"' in asked.text
    answer = await phone.post(path, data=FORM)
    assert answer.status_code == 303
    assert answer.headers["location"] == LOCATION
    assert f"; Path={path.partition('?')[0]};" in answer.headers["set-cookie"]
    again = await phone.get(path)
    assert (again.status_code, again.headers["location"]) == (302, LOCATION)


async def test_a_pass_of_one_spelling_is_not_sent_for_another(phone: httpx.AsyncClient) -> None:
    await phone.post("/abc", data=FORM)
    assert (await phone.get("/abcd")).status_code == 404
    assert (await phone.get("/ABC")).status_code == 200


async def test_the_way_on_is_decided_by_the_rules(
    phone: httpx.AsyncClient, protected: StandingEdge, record: CodeRecord
) -> None:
    rule = Rule("rul_1", destination_url="https://shop.example/de")
    protected.codes["abc"] = code(password=record.password, rules=(rule,))
    answer = await phone.post("/abc", data=FORM)
    assert answer.headers["location"] == "https://shop.example/de"
    assert protected.counted[-1][1].decision.rule == "rul_1"


async def test_the_way_on_to_a_page_is_the_page(
    phone: httpx.AsyncClient, protected: StandingEdge, record: CodeRecord
) -> None:
    protected.codes["abc"] = code(password=record.password, page="pg_1", location="")
    protected.pages["pg_1"] = PageRecord(
        version=1, id="pg_1", workspace="ws_1", html={"": "<h1>Hello</h1>"}
    )
    answer = await phone.post("/abc", data=FORM)
    assert (answer.status_code, answer.text) == (200, "<h1>Hello</h1>")
    assert "set-cookie" in answer.headers


async def test_every_try_is_a_press_and_the_form_a_scan(
    phone: httpx.AsyncClient, protected: StandingEdge
) -> None:
    await phone.get("/abc")
    await phone.post("/abc", data={"password": "wrong"})
    await phone.post("/abc", data=FORM)
    assert protected.events == [("", 200), ("password", 403), ("password", 303)]


async def test_wrong_passwords_all_get_the_same_answer(phone: httpx.AsyncClient) -> None:
    answers = [
        await phone.post("/abc", data={"password": wrong})
        for wrong in ("wrong", "righ", "right ", "x" * 300)
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert 'role="alert"' in answers[0].text


async def test_the_right_password_too_waits_after_five_wrong_ones(
    phone: httpx.AsyncClient, protected: StandingEdge
) -> None:
    for _ in range(5):
        assert (await phone.post("/abc", data={"password": "wrong"})).status_code == 403
    waiting = await phone.post("/abc", data=FORM)
    assert waiting.status_code == 429
    assert waiting.headers["retry-after"] == "60"
    protected.now_ms = NOW_MS + 60_000
    assert (await phone.post("/abc", data=FORM)).status_code == 303


async def test_an_office_that_knows_the_password_is_not_locked_out(
    phone: httpx.AsyncClient,
) -> None:
    assert {(await phone.post("/abc", data=FORM)).status_code for _ in range(8)} == {303}


async def test_a_closed_link_asks_for_no_password(
    phone: httpx.AsyncClient, protected: StandingEdge, record: CodeRecord
) -> None:
    protected.codes["abc"] = code(password=record.password, expires_at_ms=NOW_MS)
    assert (await phone.post("/abc", data=FORM)).status_code == 410


@pytest.mark.parametrize("path", ["/free", "/absent", "/r/absent", "/x"])
async def test_there_is_nothing_to_post_to_elsewhere(
    phone: httpx.AsyncClient, protected: StandingEdge, path: str
) -> None:
    answer = await phone.post(path, data=FORM)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert protected.events == []


BAD = [
    ({"json": FORM}, 400),
    ({"content": b"password=right"}, 400),
    ({"files": {"password": b"right"}}, 400),
    ({"data": {}}, 400),
    ({"data": {"password": ["right", "right"]}}, 400),
    ({"data": {str(number): "x" for number in range(9)}}, 400),
    ({"data": {"password": "x" * 5000}}, 413),
    ({"form": b"password=%ff"}, 400),
    ({"form": b"password=\xff"}, 400),
    ({"form": b""}, 400),
]


@pytest.mark.parametrize(("sent", "status"), BAD)
async def test_a_body_that_is_no_form_is_refused_and_costs_no_try(
    phone: httpx.AsyncClient, protected: StandingEdge, sent: dict[str, object], status: int
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    request = {"content": sent["form"], "headers": form} if "form" in sent else sent
    answer = await phone.post("/abc", **request)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert len(protected.gates.tries) == 0


async def test_a_full_queue_is_told_to_come_back(record: CodeRecord) -> None:
    with standing_edge() as edge, Checker(threads=1, max_waiting=-1) as full:
        edge.gates = replace(edge.gates, checker=full)
        edge.codes["abc"] = record
        async with visitor(edge) as phone:
            answer = await phone.post("/abc", data=FORM)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


@pytest.fixture
def plain_http(record: CodeRecord) -> Iterator[StandingEdge]:
    with standing_edge("http://127.0.0.1:8701") as edge:
        edge.codes["abc"] = record
        yield edge


async def test_over_plain_http_a_pass_is_kept_too(plain_http: StandingEdge) -> None:
    async with visitor(plain_http) as phone:
        answer = await phone.post("/abc", data=FORM)
    assert "Secure" not in answer.headers["set-cookie"]
