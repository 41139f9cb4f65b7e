"""Wrong content is refused with a pointer to each bad field, and no value can forge another."""

import pytest

from qz_render import Invalid, TooLong, parse_content, payload_of
from tests.render import parsers
from tests.render.samples import CONTENTS

WRONG: list[tuple[str, dict[str, object], str]] = [
    ("url", {"url": "javascript:alert(1)"}, "/content/url"),
    ("url", {"url": "example.com"}, "/content/url"),
    ("url", {"url": "https://exa mple.com"}, "/content/url"),
    ("url", {"url": 5}, "/content/url"),
    ("text", {"text": "a\x00b"}, "/content/text"),
    ("text", {"text": "a\u202eb"}, "/content/text"),
    ("text", {"text": ""}, "/content/text"),
    ("email", {"to": "ana@example.com?bcc=x@example.com"}, "/content/to"),
    ("email", {"to": ["a@example.com\r\nBcc: x@example.com"]}, "/content/to/0"),
    ("email", {"subject": "a\r\nBcc: x@example.com"}, "/content/subject"),
    ("phone", {"number": "+49;ext=1"}, "/content/number"),
    ("sms", {"number": "12:34"}, "/content/number"),
    ("whatsapp", {"number": "0170 1234567"}, "/content/number"),
    ("wifi", {"ssid": "a\nb"}, "/content/ssid"),
    ("wifi", {"ssid": "ü" * 17}, "/content/ssid"),
    ("wifi", {"password": "short"}, "/content/password"),
    ("wifi", {"security": "open"}, "/content/password"),
    ("wifi", {"security": "EAP"}, "/content/security"),
    ("wifi", {"hidden": "yes"}, "/content/hidden"),
    ("vcard", {"version": "2.1"}, "/content/version"),
    ("vcard", {"phones": ["1\r\nTEL:2"]}, "/content/phones/0"),
    ("vcard", {"birthday": "31.12.1990"}, "/content/birthday"),
    ("vcard", {"address": {"street": 1}}, "/content/address/street"),
    ("vcard", {"address": {"planet": "x"}}, "/content/address/planet"),
    ("mecard", {"first_name": "", "last_name": ""}, "/content/first_name"),
    ("geo", {"latitude": 91}, "/content/latitude"),
    ("geo", {"longitude": float("nan")}, "/content/longitude"),
    ("event", {"start": "2026-05-19T18:30:00"}, "/content/start"),
    ("event", {"end": "2020-01-01T00:00:00Z"}, "/content/end"),
    ("event", {"end": "2026-05-20"}, "/content/end"),
    ("app", {"url": None}, "/content/url"),
    ("app", {"android": "no spaces"}, "/content/android"),
    ("payment", {"iban": "DE71 1102 2033 0123 4567 88"}, "/content/iban"),
    ("payment", {"amount": "0.001"}, "/content/amount"),
    ("payment", {"amount": 1e400}, "/content/amount"),
    ("payment", {"name": "x\nEUR99"}, "/content/name"),
    ("payment", {"reference": "RF18539007547034"}, "/content/text"),
    ("gs1", {"gtin": "9520123456789"}, "/content/gtin"),
    ("gs1", {"sscc": "106141412345678908"}, "/content/gtin"),
    ("gs1", {"serial": "ä"}, "/content/serial"),
]


@pytest.mark.parametrize(("kind", "change", "pointer"), WRONG)
def test_bad_field_is_named(kind: str, change: dict[str, object], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_content(CONTENTS[kind] | change)
    assert pointer in {problem.pointer for problem in refused.value.problems}


def test_all_bad_fields_are_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        parse_content({"kind": "wifi", "ssid": "", "password": "x", "hidden": 3, "colour": "red"})
    found = {(problem.pointer, problem.code) for problem in refused.value.problems}
    assert found == {
        ("/content/ssid", "required"),
        ("/content/password", "invalid_value"),
        ("/content/hidden", "invalid_type"),
        ("/content/colour", "unknown_field"),
    }


@pytest.mark.parametrize("data", [None, [], "url", 5, {}, {"kind": "fax"}, {"kind": ["url"]}])
def test_what_is_no_content_is_refused(data: object) -> None:
    with pytest.raises(Invalid):
        parse_content(data)


def test_more_than_2048_bytes_are_refused() -> None:
    assert payload_of(parse_content({"kind": "text", "text": "a" * 2048}))
    with pytest.raises(TooLong) as refused:
        parse_content({"kind": "text", "text": "ä" * 1025})
    assert refused.value.code == "payload_too_long"


def test_wifi_name_cannot_forge_another_field() -> None:
    payload = payload_of(
        parse_content({"kind": "wifi", "ssid": "x;T:nopass;P:stolen;;", "password": "12345678"})
    ).decode()
    fields = parsers.fields_of(payload.removeprefix("WIFI:"))
    assert fields == {"T": ["WPA"], "S": ["x;T:nopass;P:stolen;;"], "P": ["12345678"]}


def test_vcard_note_cannot_start_a_line() -> None:
    for newline in ("\n", "\r\n", "\r"):
        note = f"hi{newline}TEL:+1900"
        card = {"kind": "vcard", "first_name": "A", "note": note}
        lines = parsers.content_lines(payload_of(parse_content(card)).decode())
        assert [name for name, _ in lines if name.startswith("TEL")] == []


def test_sms_text_cannot_change_the_number() -> None:
    content = parse_content({"kind": "sms", "number": "+4912345", "text": ":+1900:x"})
    assert payload_of(content).split(b":")[1] == b"+4912345"


def test_event_text_cannot_close_the_event() -> None:
    event = {
        "kind": "event",
        "title": "x\\",
        "start": "2026-01-01",
        "description": "a\nEND:VEVENT\nBEGIN:VEVENT",
    }
    names = [n for n, _ in parsers.content_lines(payload_of(parse_content(event)).decode())]
    assert names.count("BEGIN") == names.count("END") == 2
