"""What a running edge takes up by itself."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from deploy.embedded.backends import HOST
from qz_redirect import keeper
from qz_redirect.keeper import Trouble
from tests.fixtures.edge import (
    code,
    exchange,
    get,
    journaled,
    locations,
    put,
    serving,
    settings_for,
    slugs,
)
from tests.fixtures.geo import write_geo
from tests.fixtures.wait import eventually

AWAY, HOME = "https://example.com/landing", "https://example.com/de"
RULE = {
    "id": "de",
    "when": [{"kind": "country", "values": ["DE"]}],
    "destination_url": HOME,
}
VISITOR = "X-Forwarded-For: 203.0.113.9"


async def test_a_replaced_geo_file_is_taken_up_while_scans_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "GEO_SECONDS", 0.0)
    put(tmp_path, slugs(menu=code(rules=[RULE])))
    file = write_geo(tmp_path / "places.mmdb", {"203.0.113.0/24": {"country_code": "PT"}})
    settings = settings_for(tmp_path, geo_database=str(file), trusted_proxies=(f"{HOST}/32",))

    async def leads_to() -> str:
        (location,) = locations(await exchange(settings.port, get("/menu", VISITOR)))
        return location

    async with serving(settings):
        assert await leads_to() == AWAY
        write_geo(file, {"203.0.113.0/24": {"country_code": "DE", "city": "Berlin (Mitte)"}})

        async def is_taken_up() -> bool:
            return await leads_to() == HOME

        await eventually(is_taken_up)
    places = [(event.country, event.city) for event in journaled(tmp_path)]
    assert (places[0], places[-1]) == (("PT", ""), ("DE", "Berlin"))


def test_a_trouble_is_told_when_it_begins_and_when_it_is_over() -> None:
    trouble = Trouble("the disk is full", "there is room")
    with capture_logs() as lines:
        for reason in ("", "No space", "No space", "", ""):
            trouble.tell(reason, dropped=7)
    assert lines == [
        {"event": "the disk is full", "reason": "No space", "dropped": 7, "log_level": "error"},
        {"event": "there is room", "dropped": 7, "log_level": "warning"},
    ]
