"""Gates, pages and presses with nothing standing in: replica, journal and the whole app."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from qz_common import records
from qz_common.events import ScanEvent, decode_scan
from qz_common.passwords import hash_password
from qz_common.records import (
    AppLinks,
    CodeRecord,
    DomainRecord,
    PageAction,
    PageFile,
    PageRecord,
    SaltRecord,
)
from qz_common.rules import Rule
from qz_common.rules.conditions.visit_number import VisitNumber
from qz_redirect.app import create_app
from qz_redirect.deps import open_edge
from qz_redirect.journal.segment import segments, whole_frames
from qz_redirect.local import LocalEdge
from qz_redirect.replica.miss import Misses
from qz_redirect.replica.store import Generations
from qz_redirect.replica.writer import Writer
from qz_redirect.settings import DataSettings, ServeSettings
from tests.fixtures.standing_edge import LOCATION, PHONE, code

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148 Safari/604.1"
FALLBACK = "https://shop.example/closed"
LONG_AGO, FAR_AHEAD = 1, 4_000_000_000_000
FIRST_VISIT = Rule(
    "rul_1", when=(VisitNumber(values=(1,)),), destination_url="https://shop.example/1"
)
CODES: dict[str, CodeRecord] = {
    "paused": code(status="paused"),
    "archived": code(status="archived"),
    "exhausted": code(status="exhausted"),
    "blocked": code(status="blocked", fallback=FALLBACK),
    "deleted": code(status="deleted", fallback=FALLBACK),
    "early": code(starts_at_ms=FAR_AHEAD),
    "expired": code(expires_at_ms=LONG_AGO),
    "fallback": code(expires_at_ms=LONG_AGO, fallback=FALLBACK),
    "preview": code(preview=True, utm={"utm_source": "poster"}),
    "app": code(app=AppLinks(ios="https://apps.example/i")),
    "page": code(page="pg_1", location=""),
    "nopage": code(page="pg_2", location=""),
    "locked": code(password=hash_password("right"), pass_query=True),
    "first": code(password=hash_password("right"), rules=(FIRST_VISIT,)),
}
PAGE = PageRecord(
    version=1,
    id="pg_1",
    workspace="ws_1",
    html={"": f'<base href="{records.PAGE_BASE}">'},
    files=(PageFile("contact.vcf", "text/vcard", "BEGIN:VCARD"),),
    actions=(PageAction("shop", LOCATION),),
)
NOT_THERE = httpx.Response(404)
OWN = DomainRecord(version=1, host="go.shop.example", workspace="ws_1", root_url=LOCATION)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataSettings:
    data = DataSettings(folder=tmp_path_factory.mktemp("edge"))
    generations = Generations(data.replica)
    path = generations.fresh()
    writer = Writer(path)
    known = {records.code_key("", slug): record for slug, record in CODES.items()}
    today = datetime.now(UTC).date()
    days = [(today + timedelta(days)).isoformat() for days in (0, 1)]
    things = {
        records.page_key("pg_1"): PAGE,
        records.domain_key(OWN.host): OWN,
        **{records.salt_key(day): SaltRecord(version=1, day=day, salt="s" * 32) for day in days},
    }
    writer.apply(
        [(key.encode(), records.encode(value)) for key, value in (known | things).items()], {}
    )
    writer.close()
    generations.publish(path)
    return data


@pytest.fixture
async def edge(folder: DataSettings) -> AsyncIterator[LocalEdge]:
    settings = ServeSettings(
        data=folder,
        edge_url="https://qz.example",
        api_url="http://127.0.0.1:9",
        internal_token="token",
    )
    async with open_edge(settings) as edge:
        yield edge


@pytest.fixture
async def phone(edge: LocalEdge) -> AsyncIterator[httpx.AsyncClient]:
    async with on(edge) as client:
        yield client


def on(edge: LocalEdge) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(edge), client=(PHONE, 40_000))
    return httpx.AsyncClient(transport=transport, base_url="https://qz.example")


@dataclass
class RecordsApi:
    """The API as a miss asks it."""

    records: Mapping[str, records.RoutingRecord]
    asked: list[str] = field(default_factory=list)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url="http://api.test", transport=httpx.MockTransport(self._answer)
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        key = request.url.params["key"]
        self.asked.append(key)
        record = self.records.get(key)
        return httpx.Response(200, content=records.encode(record)) if record else NOT_THERE


def journaled(folder: DataSettings) -> list[ScanEvent]:
    """Every event so far, oldest first; one journal goes on from test to test."""
    found = [
        decode_scan(event)
        for path in folder.journals.iterdir()
        for segment in segments(path)
        for event, _ in whole_frames(segment.path.read_bytes())
    ]
    return sorted(found, key=lambda event: event.seq)


def last_event(folder: DataSettings) -> ScanEvent:
    return journaled(folder)[-1]


STATUSES = [
    ("paused", 404, ""),
    ("archived", 410, ""),
    ("exhausted", 410, ""),
    ("blocked", 451, ""),
    ("deleted", 410, ""),
    ("early", 404, ""),
    ("expired", 410, ""),
    ("fallback", 302, FALLBACK),
    ("preview", 200, f"{LOCATION}&utm_source=poster"),
    ("app", 302, LOCATION),
    ("page", 200, ""),
    ("nopage", 404, ""),
    ("locked", 200, ""),
]


@pytest.mark.parametrize(("slug", "status", "destination"), STATUSES)
@pytest.mark.parametrize("prefix", ["/", "/r/"])
async def test_every_gate_answers_and_journals_the_same_status(
    phone: httpx.AsyncClient,
    folder: DataSettings,
    prefix: str,
    slug: str,
    status: int,
    destination: str,
) -> None:
    before = len(journaled(folder))
    answer = await phone.get(f"{prefix}{slug.upper()}")
    events = journaled(folder)[before:]
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert [(e.kind, e.slug, e.status, e.destination) for e in events] == [
        ("scan", slug, status, destination)
    ]
    assert events[0].source == "symbol"


async def test_an_iphone_is_sent_to_its_shop(
    phone: httpx.AsyncClient, folder: DataSettings
) -> None:
    answer = await phone.get("/app", headers={"user-agent": IPHONE})
    assert answer.headers["location"] == "https://apps.example/i"
    assert last_event(folder).destination == "https://apps.example/i"


@pytest.mark.parametrize("path", ["/locked", "/r/LOCKED", "/R/LOCKED"])
async def test_a_password_opens_and_is_journaled_as_a_press(
    phone: httpx.AsyncClient, folder: DataSettings, path: str
) -> None:
    wrong = await phone.post(path, data={"password": "wrong"})
    refused = last_event(folder)
    right = await phone.post(f"{path}?size=9", data={"password": "right"})
    opened = last_event(folder)
    again = await phone.get(path)
    assert (wrong.status_code, right.status_code, again.status_code) == (403, 303, 302)
    assert right.headers["location"] == f"{LOCATION}&size=9"
    assert (refused.kind, refused.action, refused.status) == ("press", "password", 403)
    assert (opened.kind, opened.status, opened.method) == ("press", 303, "POST")
    assert opened.destination == f"{LOCATION}&size=9"


async def test_a_page_that_the_replica_has_not_yet_is_asked_for(
    edge: LocalEdge,
) -> None:
    """The link may have come before its page."""
    api = RecordsApi({records.page_key("pg_2"): PAGE})
    edge = replace(edge, misses=Misses(api.client()))
    async with on(edge) as phone:
        assert (await phone.get("/nopage")).status_code == 200
        assert (await phone.get("/nopage/f/contact.vcf")).text == "BEGIN:VCARD"
        assert (await phone.get("/page")).status_code == 200
    assert api.asked == [records.page_key("pg_2")]


async def test_what_is_no_page_is_served_by_nobody(edge: LocalEdge) -> None:
    api = RecordsApi({records.page_key("pg_2"): OWN})
    edge = replace(edge, misses=Misses(api.client()))
    async with on(edge) as phone:
        assert (await phone.get("/nopage")).status_code == 404


@pytest.mark.parametrize(("slug", "status"), [("preview", 200), ("paused", 404), ("fallback", 302)])
async def test_a_slash_at_the_end_makes_no_difference(
    phone: httpx.AsyncClient, folder: DataSettings, slug: str, status: int
) -> None:
    for path in (f"/{slug}/", f"/r/{slug}/", f"/R/{slug.upper()}/"):
        assert (await phone.get(path)).status_code == status
        assert last_event(folder).slug == slug
    assert (await phone.get(f"/{slug}//")).status_code == 404


async def test_presses_of_a_page_are_journaled(
    phone: httpx.AsyncClient, folder: DataSettings
) -> None:
    saved = await phone.get("/page/f/contact.vcf")
    file_event = last_event(folder)
    gone_on = await phone.get("/R/PAGE/a/shop")
    shop_event = last_event(folder)
    assert (saved.text, gone_on.headers["location"]) == ("BEGIN:VCARD", LOCATION)
    assert (file_event.kind, file_event.action, file_event.status) == ("press", "contact.vcf", 200)
    assert (shop_event.action, shop_event.destination) == ("shop", LOCATION)


async def test_an_own_domain_leads_home_and_a_strange_host_nowhere(
    phone: httpx.AsyncClient, folder: DataSettings
) -> None:
    home = await phone.get("/", headers={"host": OWN.host})
    strange = await phone.get("/page", headers={"host": "evil.example", "accept-language": "de"})
    assert (home.status_code, home.headers["location"]) == (302, LOCATION)
    assert strange.status_code == 400
    assert 'lang="de"' in strange.text


async def test_no_address_is_on_the_disk(phone: httpx.AsyncClient, folder: DataSettings) -> None:
    for path in ("/locked", "/page", "/expired", "/app"):
        await phone.get(path)
    await phone.post("/locked", data={"password": "wrong"})
    kept = b"".join(path.read_bytes() for path in folder.folder.rglob("*") if path.is_file())
    assert len(kept) > 1000
    assert PHONE.encode() not in kept


async def test_form_and_password_are_one_visit(phone: httpx.AsyncClient) -> None:
    """Neither HEAD nor a prefetch is one."""
    await phone.head("/first")
    await phone.get("/first", headers={"Sec-Purpose": "prefetch"})
    assert 'type="password"' in (await phone.get("/first")).text
    answer = await phone.post("/first", data={"password": "right"})
    assert answer.headers["location"] == "https://shop.example/1"
    assert (await phone.get("/first")).headers["location"] == LOCATION
