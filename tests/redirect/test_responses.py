"""Answers are safe to send, whatever they are made of."""

import pytest

from qz_redirect.responses import disposition, file, is_followable, redirect


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("contact.vcf", "attachment; filename=\"contact.vcf\"; filename*=UTF-8''contact.vcf"),
        (
            'a"\r\nX: y.png',
            "attachment; filename=\"a_X_y.png\"; filename*=UTF-8''a%22%0D%0AX%3A%20y.png",
        ),
        ("../../etc/passwd", None),
        (".htaccess", "attachment; filename=\"htaccess\"; filename*=UTF-8''.htaccess"),
        ("Müller.vcf", "attachment; filename=\"M_ller.vcf\"; filename*=UTF-8''M%C3%BCller.vcf"),
        ("\ud800", "attachment; filename=\"_\"; filename*=UTF-8''%3F"),
        ("", "attachment; filename=\"file\"; filename*=UTF-8''"),
    ],
)
def test_a_file_name_can_not_leave_its_quotes(name: str, header: str | None) -> None:
    made = disposition(name)
    assert header is None or made == header.encode()
    assert made.count(b'"') == 2
    assert not set(made) & set(b"\r\n\0/\\")


@pytest.mark.parametrize(
    ("media_type", "served", "word"),
    [
        ("text/vcard", b"text/vcard; charset=utf-8", b"inline"),
        ("text/calendar; method=PUBLISH", b"text/calendar; charset=utf-8", b"inline"),
        ("text/html", b"text/html; charset=utf-8", b"attachment"),
        ("image/svg+xml", b"image/svg+xml", b"attachment"),
        ("text/html\r\nX: y", b"application/octet-stream", b"attachment"),
        ("", b"application/octet-stream", b"attachment"),
    ],
)
def test_a_file_opens_in_place_only_when_a_phone_saves_it(
    media_type: str, served: bytes, word: bytes
) -> None:
    headers = dict(file("x", media_type, b"body").headers)
    assert headers[b"content-type"] == served
    assert headers[b"content-disposition"].startswith(word)
    assert headers[b"content-security-policy"] == b"default-src 'none'; sandbox"
    assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize(
    "location", ["https://a/\r\nSet-Cookie: x", "https://a/ b", "", "https://ä/"]
)
def test_no_location_ends_its_header(location: str) -> None:
    with pytest.raises(ValueError, match=r"outside|ascii"):
        redirect(location)


def test_a_redirect_is_kept_by_nobody() -> None:
    answer = redirect("https://shop.example/")
    headers = dict(answer.headers)
    assert answer.status == 302
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"referrer-policy"] == b"no-referrer"


@pytest.mark.parametrize(
    ("location", "followable"),
    [
        ("https://a.example/", True),
        ("tel:+4930123", True),
        ("geo:52.5,13.4", True),
        ("bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=0.0015", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_buttons_lead_to_nothing_that_runs(location: str, followable: bool) -> None:
    assert is_followable(location) is followable
