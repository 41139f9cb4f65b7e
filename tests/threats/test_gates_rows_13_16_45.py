"""Rows 13, 16 and 45 of the threat model, at the gates of the edge."""

import httpx
import pytest

from qz_common.passwords import hash_password
from qz_redirect.client import Proxies
from tests.fixtures.standing_edge import LOCATION, StandingEdge, code, standing_edge, visitor

EVIL = "//evil.example"


@pytest.mark.parametrize(
    "path",
    [
        f"/?next={EVIL}",
        f"/abc?url={EVIL}",
        f"/abc?next=https:{EVIL}",
        f"/r/abc?url=https:{EVIL}",
        "/abc?url=%0d%0aLocation:%20https:%2f%2fevil.example",
        f"{EVIL}",
        "/%2f%2fevil.example",
        "/\\evil.example",
        "/abc@evil.example",
        "//evil.example/abc",
        "/r//evil.example",
    ],
)
async def test_row_13_no_request_names_the_host_it_is_sent_to(path: str) -> None:
    with standing_edge() as edge:
        edge.codes["abc"] = code()
        async with visitor(edge) as client:
            request = client.build_request("GET", "https://qz.example")
            request.url = httpx.URL("https://qz.example").copy_with(raw_path=path.encode())
            answer = await client.send(request)
    assert answer.headers.get("location", LOCATION) == LOCATION
    assert "evil.example" not in answer.headers.get("location", "")


@pytest.mark.parametrize("field", ["next", "url", "redirect", "location", "action"])
async def test_row_13_a_password_form_has_no_say_in_where_it_leads(field: str) -> None:
    with standing_edge() as edge:
        edge.codes["abc"] = code(password=hash_password("right"))
        form = {"password": "right", field: f"https:{EVIL}"}
        async with visitor(edge) as client:
            answer = await client.post(f"/abc?{field}={EVIL}", data=form)
    assert answer.headers["location"] == LOCATION


async def test_row_16_a_flood_of_tries_reaches_the_slow_hash_five_times() -> None:
    with standing_edge() as edge:
        edge.codes["abc"] = code(password=hash_password("right"))
        async with visitor(edge) as client:
            statuses = [
                (await client.post("/abc", data={"password": f"guess {number}"})).status_code
                for number in range(200)
            ]
    assert statuses[:5] == [403] * 5
    assert statuses[5:] == [429] * 195


async def test_row_16_neighbours_in_a_network_share_their_tries() -> None:
    with standing_edge() as edge:
        edge.codes["abc"] = code(password=hash_password("right"))
        statuses = [await _guess_from(edge, f"198.51.100.{host}") for host in range(1, 8)]
        elsewhere = await _guess_from(edge, "203.0.113.1")
    assert statuses == [403] * 5 + [429] * 2
    assert elsewhere == 403


async def test_row_16_a_spoofed_address_buys_no_tries() -> None:
    with standing_edge() as edge:
        edge.codes["abc"] = code(password=hash_password("right"))
        statuses = [
            await _guess_from(edge, "198.51.100.7", {"x-forwarded-for": f"203.0.{n}.1"})
            for n in range(7)
        ]
    assert statuses == [403] * 5 + [429] * 2


async def test_row_16_events_do_not_tell_how_near_a_guess_was() -> None:
    with standing_edge() as edge:
        edge.codes["abc"] = code(password=hash_password("right"))
        async with visitor(edge) as client:
            for guess in ("righ", "something else entirely"):
                await client.post("/abc", data={"password": guess})
        replies = [reply for _, reply in edge.counted]
    assert replies[0] == replies[1]
    assert replies[0].decision.location == ""


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("203.0.113.9", [("x-forwarded-for", "1.2.3.4")], "203.0.113.9"),
        ("203.0.113.9", [("forwarded", "for=1.2.3.4")], "203.0.113.9"),
        ("203.0.113.9", [("x-real-ip", "1.2.3.4")], "203.0.113.9"),
        ("10.0.0.1", [("x-forwarded-for", "1.2.3.4, 198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "198.51.100.7")],
         "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=1.2.3.4")],
         "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "10.0.0.9, 198.51.100.7")], "198.51.100.7"),
    ],
)  # fmt: skip
async def test_row_45_only_a_trusted_proxy_names_the_client(
    peer: str, headers: list[tuple[str, str]], address: str
) -> None:
    with standing_edge() as edge:
        edge.proxies = Proxies(("10.0.0.0/24",))
        edge.codes["abc"] = code()
        async with visitor(edge, peer) as client:
            await client.get("/abc", headers=headers)
        assert edge.counted[0][0].address == address


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "::/0", "any"])
def test_row_45_trusting_everybody_is_no_setting(text: str) -> None:
    with pytest.raises(ValueError, match=r"range|everybody"):
        Proxies((text,))


async def test_row_59_no_address_shows_in_what_is_kept_or_printed() -> None:
    with standing_edge() as edge:
        edge.codes["abc"] = code(password=hash_password("right"))
        await _guess_from(edge, "198.51.100.7")
        assert "198.51.100" not in repr(edge.counted)


async def _guess_from(edge: StandingEdge, peer: str, headers: dict[str, str] | None = None) -> int:
    async with visitor(edge, peer) as client:
        answer = await client.post("/abc", data={"password": "wrong"}, headers=headers)
    return answer.status_code
