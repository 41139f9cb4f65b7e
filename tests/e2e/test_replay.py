"""A draft of rules over scans that an edge really answered and analytics really stored."""

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.fixtures.quietzone import PHONE, Quietzone
from tests.fixtures.wait import eventually_sync

pytestmark = pytest.mark.xdist_group("e2e")

URL = "https://example.com/menu"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/125.0.0.0 Mobile Safari/537.36"
)
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0"
VISITS: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    ("symbol", {"User-Agent": PHONE, "Accept-Language": "de-DE,de;q=0.9"}, {}),
    ("symbol", {"User-Agent": ANDROID, "Accept-Language": "pt-BR,pt;q=0.9"}, {}),
    (
        "link",
        {"User-Agent": DESKTOP, "Referer": "https://news.example.org/story?id=7"},
        {"utm_source": "letter"},
    ),
)


@pytest.fixture(scope="module")
def link(quietzone: Quietzone) -> str:
    """A link that three visitors have followed, each in a way of its own."""
    made = quietzone.create(URL)
    slug = made["link"]["slug"]
    for source, headers, query in VISITS:
        visit(quietzone, slug.upper() if source == "symbol" else slug, headers, query)
    eventually_sync(lambda: quietzone.scans(made["id"]) == len(VISITS), within=20)
    return str(made["link"]["id"])


def visit(quietzone: Quietzone, slug: str, headers: dict[str, str], query: dict[str, str]) -> None:
    url = f"{quietzone.told['edge_url']}/{slug}?{urlencode(query)}"
    answer = httpx.get(url, headers=headers)
    assert answer.status_code == 302, answer.text


def replay(quietzone: Quietzone, link: str, **body: Any) -> dict[str, Any]:
    answer = quietzone.call("POST", f"/v1/links/{link}/replay", body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def moved(quietzone: Quietzone, link: str, *when: dict[str, Any]) -> list[str]:
    """The operating systems of those whom one rule with these conditions would have moved."""
    rule = {"when": when, "destination_url": f"{URL}/other"}
    told = replay(quietzone, link, rules=[rule], examples=10)
    assert told["scans"] == told["moved"] + told["stayed"] == len(VISITS)
    return sorted(example["os"] for example in told["examples"])


def test_the_rules_that_are_there_move_nobody(quietzone: Quietzone, link: str) -> None:
    told = replay(quietzone, link)
    assert (told["scans"], told["stayed"], told["moved"], told["unknown"]) == (3, 3, 0, 0)
    assert (told["more"], told["missing"]) == (False, [])


def test_another_destination_moves_everybody(quietzone: Quietzone, link: str) -> None:
    told = replay(quietzone, link, destination_url=f"{URL}/new")
    assert told["moves"] == [{"from_url": URL, "to_url": f"{URL}/new", "scans": 3}]


@pytest.mark.parametrize(
    ("condition", "systems"),
    [
        ({"kind": "device", "values": ["mobile"]}, ["android", "ios"]),
        ({"kind": "device", "values": ["desktop"]}, ["linux"]),
        ({"kind": "os", "values": ["ios"]}, ["ios"]),
        ({"kind": "browser", "values": ["firefox"]}, ["linux"]),
        ({"kind": "language", "values": ["pt"]}, ["android"]),
        ({"kind": "language", "values": ["pt-BR"]}, ["android"]),
        ({"kind": "referrer", "values": ["example.org"]}, ["linux"]),
        ({"kind": "source", "values": ["symbol"]}, ["android", "ios"]),
        ({"kind": "weekday", "values": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "all"),
        ({"kind": "country", "values": ["PT"]}, []),
    ],
)
def test_each_fact_decides_as_it_did_at_the_edge(
    quietzone: Quietzone, link: str, condition: dict[str, Any], systems: list[str] | str
) -> None:
    everybody = ["android", "ios", "linux"]
    assert moved(quietzone, link, condition) == (everybody if systems == "all" else systems)


def test_replay_agrees_with_what_the_edge_then_does(quietzone: Quietzone, link: str) -> None:
    rules = [{"when": [{"kind": "os", "values": ["ios"]}], "destination_url": f"{URL}/ios"}]
    told = replay(quietzone, link, rules=rules)
    code = quietzone.call("GET", f"/v1/links/{link}").json()
    quietzone.call("PATCH", f"/v1/links/{link}", {"rules": rules})
    assert told["moves"] == [{"from_url": URL, "to_url": f"{URL}/ios", "scans": 1}]
    eventually_sync(lambda: quietzone.scan(code["slug"]) == f"{URL}/ios", within=20)


def test_a_strangers_link_has_no_scans_to_replay(quietzone: Quietzone) -> None:
    other = quietzone.call("POST", f"/v1/links/{'lnk_' + '0' * 26}/replay", {})
    assert other.status_code == 404
