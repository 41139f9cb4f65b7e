"""Each kind: its golden, and a round trip through a drawn symbol and a foreign parser."""

from pathlib import Path

import pytest

from qz_render import KINDS, parse_content, payload_of, render
from qz_render.content.lines import folded
from tests.render import parsers
from tests.render.rasters import decoded, rasterised
from tests.render.samples import CONTENTS

GOLDENS = Path(__file__).parent / "goldens" / "content"


def scanned(kind: str, **changes: object) -> str:
    """What a reader gets from the drawn sample."""
    image = render(parse_content(CONTENTS[kind] | changes), size=512)
    read = decoded(rasterised(image.data, "png"))
    assert read is not None
    return read.decode("utf-8")


def test_every_kind_has_a_sample() -> None:
    assert set(CONTENTS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_payload_equals_its_golden(kind: str) -> None:
    assert payload_of(parse_content(CONTENTS[kind])) == (GOLDENS / f"{kind}.txt").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_gets_the_payload_byte_for_byte(kind: str) -> None:
    assert scanned(kind).encode() == (GOLDENS / f"{kind}.txt").read_bytes()


@pytest.mark.parametrize("kind", ["url", "text"])
def test_plain_kinds_carry_their_field(kind: str) -> None:
    assert scanned(kind) == CONTENTS[kind][kind]


def test_email_keeps_recipients_and_headers_apart() -> None:
    to, headers = parsers.mailto(scanned("email"))
    assert to == CONTENTS["email"]["to"]
    assert headers == {
        "cc": "cy@example.net",
        "subject": "Order #5 & more?",
        "body": "Hello,\r\nplease call 50% = half",
    }


def test_phone_drops_what_people_write_between_digits() -> None:
    assert scanned("phone") == "tel:+493012345678"


def test_sms_text_may_hold_colons() -> None:
    prefix, number, text = scanned("sms").split(":", 2)
    assert (prefix, number, text) == ("SMSTO", "+12025550143", "Table: 7; now, please")


def test_wifi_returns_every_field() -> None:
    fields = parsers.fields_of(scanned("wifi").removeprefix("WIFI:"))
    sample = CONTENTS["wifi"]
    assert fields == {
        "T": ["WPA"],
        "S": [sample["ssid"]],
        "P": [sample["password"]],
        "H": ["true"],
    }


def test_wifi_name_that_looks_hexadecimal_stays_as_it_is() -> None:
    fields = parsers.fields_of(scanned("wifi", ssid="CAFE").removeprefix("WIFI:"))
    assert fields["S"] == ["CAFE"]


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_vcard_returns_every_field(version: str) -> None:
    lines = parsers.content_lines(scanned("vcard", version=version))
    card = {name.split(";")[0]: value for name, value in lines}
    assert lines[0] == ("BEGIN", "VCARD")
    assert lines[-1] == ("END", "VCARD")
    assert card["VERSION"] == version
    assert parsers.parts(card["N"]) == ["O'Neil; Jr.", "Zoë", "", "", ""]
    assert parsers.unescaped(card["FN"]) == "Zoë O'Neil; Jr."
    assert parsers.unescaped(card["ORG"]) == "Acme, Inc."
    assert parsers.parts(card["ADR"])[2:] == [
        "1 Main St; rear, left", "Köln", "", "50667", "Germany",
    ]  # fmt: skip
    assert parsers.unescaped(card["NOTE"]) == CONTENTS["vcard"]["note"]
    assert card["BDAY"].replace("-", "") == "19901231"
    assert [value for name, value in lines if name.startswith("TEL")] == [
        "+49301234567",
        "+491707654321",
    ]


def test_mecard_returns_every_field() -> None:
    fields = parsers.fields_of(scanned("mecard").removeprefix("MECARD:"))
    assert fields == {
        "N": ["Li: of; the, \\house,Ana"],
        "TEL": ["+4917012345"],
        "EMAIL": ["ana@example.com"],
        "NOTE": ["likes ; and :"],
    }


def test_geo_returns_the_place_and_its_label() -> None:
    place, _, search = scanned("geo").removeprefix("geo:").partition("?")
    assert tuple(map(float, place.split(","))) == (50.941278, -6.958281)
    assert parsers.query(f"geo:?{search}")["q"] == "50.941278,-6.958281(Dom (Köln))"


def test_event_is_written_in_utc_and_escaped() -> None:
    lines = parsers.content_lines(scanned("event"))
    event = dict(lines)
    assert event["DTSTART"] == "20260519T163000Z"
    assert event["DTEND"] == "20260519T200000Z"
    assert parsers.unescaped(event["SUMMARY"]) == "Opening, with music; free"
    assert parsers.unescaped(event["DESCRIPTION"]) == "Bring:\n- a friend\nEND:VEVENT"
    assert [name for name, _ in lines].count("END") == 2


def test_an_all_day_event_ends_on_the_next_day() -> None:
    event = dict(parsers.content_lines(scanned("event", start="2026-12-31", end=None)))
    assert event["DTSTART;VALUE=DATE"] == "20261231"
    assert event["DTEND;VALUE=DATE"] == "20270101"


def test_app_with_one_store_links_to_it() -> None:
    assert scanned("app", ios=None, url=None).endswith("/details?id=com.example.app")
    assert scanned("app", android=None, url=None) == "https://apps.apple.com/app/id284882215"


def test_whatsapp_keeps_its_text() -> None:
    link = scanned("whatsapp")
    assert link.startswith("https://wa.me/491701234567?")
    assert parsers.query(link) == {"text": "Hi & how? #1"}


def test_sepa_payment_lines_stand_in_order() -> None:
    lines = scanned("payment").split("\n")
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert lines[4:8] == ["BHBLDEHHXXX", "Franz Mustermänn", "DE71110220330123456789", "EUR12.30"]
    assert lines[8:] == ["", "", "Invoice 2026-17"]


def test_bitcoin_payment_is_a_bip21_address() -> None:
    address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
    payment = {"kind": "payment", "scheme": "bitcoin", "address": address}
    content = parse_content(payment | {"amount": "0.015", "name": "A&B"})
    payload = payload_of(content).decode()
    assert payload.split("?")[0] == f"bitcoin:{address}"
    assert parsers.query(payload) == {"amount": "0.015", "label": "A&B"}


def test_gs1_key_is_padded_and_qualifiers_are_encoded() -> None:
    path, _, search = scanned("gs1").removeprefix("https://id.gs1.org").partition("?")
    assert path == "/01/09520123456788/10/ABC%2F1/21/12%2534"
    assert search == "17=271231&linkType=gs1:pip"


@pytest.mark.parametrize("letter", ["a", "é", "王", "🌷"])
@pytest.mark.parametrize("count", [0, 1, 24, 37, 74, 75, 76, 149, 500])
def test_a_folded_file_has_short_lines_and_every_letter(letter: str, count: int) -> None:
    text = f"BEGIN:VCARD\r\nNOTE:{letter * count}\r\nEND:VCARD\r\n"
    file = folded(text)
    assert max(len(line.encode()) for line in file.split("\r\n")) <= 75
    assert file.replace("\r\n ", "") == text
