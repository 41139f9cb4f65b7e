"""What each kind of content offers."""

import re
from typing import Any

import pytest

from qz_api.pages.compile import Compiled, compile_offer
from qz_common.urls import UrlRefused
from qz_render import parse_content
from tests.api.pages.inert import read
from tests.api.pages.samples import CONTENTS


def shown(kind: str, **changes: Any) -> Compiled:
    raw = {**CONTENTS[kind], **changes}
    return compile_offer(parse_content(raw), raw)


def text(compiled: Compiled, language: str = "en") -> str:
    return " ".join(read(compiled.html[language]).text.split())


def hrefs(compiled: Compiled) -> dict[str, str]:
    return {action.id: action.href for action in compiled.actions}


@pytest.mark.parametrize("kind", sorted(CONTENTS))
def test_german_speaks_as_to_a_stranger(kind: str) -> None:
    """As the edge's own pages do, which may stand before this one."""
    words = set(re.findall(r"\w+", text(shown(kind), "de").lower()))
    assert words.isdisjoint({"du", "dich", "dir", "dein", "deine", "deiner"})


@pytest.mark.parametrize("kind", ["vcard", "mecard"])
def test_a_contact_can_be_saved(kind: str) -> None:
    (file,) = shown(kind).files
    assert (file.name.rpartition(".")[2], file.media_type) == ("vcf", "text/vcard")
    assert file.body.startswith("BEGIN:VCARD\r\nVERSION:3.0\r\n")
    assert "FN:Ana" in file.body


def test_a_contact_is_reached_in_one_touch() -> None:
    compiled = shown("vcard")
    assert hrefs(compiled) == {
        "mobile-1": "tel:+351912345678",
        "email-1": "mailto:ana@example.com",
        "website-1": "https://example.com/ana",
        "map": "https://www.google.com/maps/search/?api=1&query=Rua%20das%20Flores%2012%2C%20Porto",
    }
    assert "+351 912 345 678" in text(compiled)
    assert "31 December 1990" in text(compiled)
    assert "31 de dezembro de 1990" in text(compiled, "pt")


def test_what_can_not_be_dialled_is_shown_without_a_link() -> None:
    compiled = shown("mecard", phones=["12"], urls=["http://intranet/"])
    assert hrefs(compiled) == {}
    assert "intranet" in text(compiled)


def test_a_network_shows_its_password_and_how_to_join() -> None:
    compiled = shown("wifi")
    assert "espresso;2026!" in text(compiled)
    assert "Choose Café Guests." in text(compiled)
    assert "Wählen Sie Café Guests." in text(compiled, "de")
    assert 'class="copied large">espresso;2026!<' in compiled.html["en"]
    assert compiled.actions == ()


def test_an_open_hidden_network_is_typed() -> None:
    open_one = {"kind": "wifi", "ssid": "Lab", "hidden": True}
    found = text(compile_offer(parse_content(open_one), open_one))
    assert "Hidden Wi-Fi network" in found
    assert "Open, no password" in found
    assert "enter the name Lab" in found
    assert "Paste" not in found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("phone", {"call": "tel:+49301234567"}),
        ("sms", {"message": "sms:+49301234567?body=A%20table%20for%20two"}),
        ("email", {"mail": "mailto:hello@example.com?subject=Hello&body=Hi"}),
    ],
)
def test_a_button_opens_what_the_content_says(kind: str, expected: dict[str, str]) -> None:
    assert hrefs(shown(kind)) == expected


def test_a_number_nobody_can_dial_is_refused() -> None:
    with pytest.raises(UrlRefused):
        shown("phone", number="12")


def test_a_place_opens_in_every_map() -> None:
    assert hrefs(shown("geo")) == {
        "map-google": "https://www.google.com/maps/search/?api=1&query=38.6916%2C-9.216",
        "map-apple": "https://maps.apple.com/?q=38.6916%2C-9.216",
        "map-osm": "https://www.openstreetmap.org/search?query=38.6916%2C-9.216",
        "map": "geo:38.6916,-9.216",
    }


@pytest.mark.parametrize(
    ("start", "end", "lead"),
    [
        (
            "2026-05-19T18:30:00+02:00",
            "2026-05-19T22:00:00+02:00",
            "19 May 2026, 18:30 – 22:00 UTC+2",
        ),
        (
            "2026-05-19T18:30:00-03:30",
            "2026-05-20T02:00:00-03:30",
            "19 May 2026, 18:30 – 20 May 2026, 02:00 UTC−3:30",
        ),
        ("2026-05-19T18:30:00Z", None, "19 May 2026, 18:30 – 19:30 UTC"),
        ("2026-05-19", None, "19 May 2026"),
        ("2026-05-19", "2026-05-22", "19 May 2026 – 21 May 2026"),
        ("0001-01-01", None, "1 January 1"),
        ("9999-12-31", None, "31 December 9999"),
    ],
)
def test_an_event_is_shown_by_the_clock_of_its_place(
    start: str, end: str | None, lead: str
) -> None:
    compiled = shown("event", start=start, end=end)
    assert lead in text(compiled)
    (file,) = compiled.files
    assert (file.name, file.media_type) == ("open-studio.ics", "text/calendar")
    assert "BEGIN:VEVENT" in file.body


def test_a_transfer_is_ready_to_be_copied() -> None:
    compiled = shown("payment")
    assert "DE89 3704 0044 0532 0130 00" in text(compiled)
    assert "12.50 EUR" in text(compiled)
    assert "12,50 EUR" in text(compiled, "fr")


def test_a_wallet_is_opened_by_a_press_that_counts() -> None:
    compiled = shown("bitcoin")
    (action,) = compiled.actions
    assert read(compiled.html["en"]).links == [f"a/{action.id}"]
    assert action.href == (
        "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
        "?amount=0.0015&label=Shop&message=Order%207"
    )


def test_a_text_keeps_its_lines() -> None:
    assert "Locker 14\nCode 4471" in shown("text").html["en"]


@pytest.mark.parametrize(
    ("name", "file"),
    [("Ana Silva", "ana-silva.vcf"), ("Émile", "emile.vcf"), ("王", "contact.vcf")],
)
def test_a_file_has_a_plain_name(name: str, file: str) -> None:
    assert shown("vcard", first_name=name, last_name="").files[0].name == file
