"""Destinations that are no web page, built from typed fields."""

import math

import pytest

from qz_common.urls import UrlRefused, admit, geo, mailto, map_place, map_point, sms, tel, whatsapp


def test_each_kind_has_its_own_form() -> None:
    assert tel("+1 (555) 123-4567") == "tel:+15551234567"
    assert sms("+15551234567") == "sms:+15551234567"
    assert sms("+15551234567", "Hi & bye\nü") == "sms:+15551234567?body=Hi%20%26%20bye%0A%C3%BC"
    assert whatsapp("+49 170 1234567", "Hallo?") == "https://wa.me/491701234567?text=Hallo%3F"
    assert whatsapp("0049170123456") == "https://wa.me/49170123456"
    assert mailto("a.b+c@Bücher.example", "Hi", "1\r\n2") == (
        "mailto:a.b+c@xn--bcher-kva.example?subject=Hi&body=1%0D%0A2"
    )
    assert geo(48.2, -16.3725) == "geo:48.2,-16.3725"
    assert geo(-1e-9, 1e-7) == "geo:0,0.0000001"
    assert map_place("Café & Bar", "osm") == (
        "https://www.openstreetmap.org/search?query=Caf%C3%A9%20%26%20Bar"
    )


@pytest.mark.parametrize("provider", ["apple", "google", "osm"])
def test_map_links_pass_the_gate_unchanged(provider: str) -> None:
    for location in (map_point(48.2, 16.37, provider), map_place("a/b?c#d@e", provider)):
        assert admit(location).location == location
    assert map_point(48.2, 16.37, provider).endswith("=48.2%2C16.37")


@pytest.mark.parametrize(
    "number",
    [
        "",
        "12",
        "*#06#",
        "+1;ext=5",
        "1234567890123456",
        "++15551234",
        "+1555?body=x",
        "١٢٣٤",
        "a123\n",
    ],
)
def test_a_number_that_is_no_phone_number_is_refused(number: str) -> None:
    for build in (tel, sms, whatsapp):
        with pytest.raises(UrlRefused) as caught:
            build(number)
        assert caught.value.code == "invalid_phone_number"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@example.com",
        "a@",
        "a@b@example.com",
        "a b@example.com",
        "a,b@example.com",
        "a@example.com?bcc=evil@evil.example",
        "a@example.com%0d%0aBcc:x",
        "a\r\n@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@8.8.8.8",
        "x" * 65 + "@example.com",
        "ü@example.com",
        "\ud800@example.com",
    ],
)
def test_an_address_with_a_second_meaning_is_refused(address: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        mailto(address)
    assert caught.value.code == "invalid_email_address"


def test_odd_but_legal_addresses_are_escaped() -> None:
    assert mailto("a?b=c&d#e@example.com") == "mailto:a%3Fb%3Dc%26d%23e@example.com"


@pytest.mark.parametrize(
    ("subject", "body"),
    [("a\nBcc: x@y.example", ""), ("a\r", ""), ("\x00", ""), ("", "\x1b[0m"), ("", "\ud800")],
)
def test_text_that_could_leave_its_field_is_refused(subject: str, body: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        mailto("a@example.com", subject, body)
    assert caught.value.code == "invalid_text"


@pytest.mark.parametrize(
    "point", [(90.1, 0.0), (0.0, -180.5), (math.nan, 0.0), (0.0, math.inf), (1e400, 0.0)]
)
def test_a_point_off_the_globe_is_refused(point: tuple[float, float]) -> None:
    for build in (geo, map_point):
        with pytest.raises(UrlRefused) as caught:
            build(*point)
        assert caught.value.code == "invalid_coordinates"


def test_texts_have_an_end() -> None:
    for build in (sms, whatsapp):
        with pytest.raises(UrlRefused) as caught:
            build("+15551234", "ü" * 400)
        assert caught.value.code == "destination_url_too_long"


def test_an_unknown_map_or_an_empty_place_is_refused() -> None:
    with pytest.raises(UrlRefused):
        map_place("x", "gopher")
    with pytest.raises(UrlRefused):
        map_place("  ")
