"""Rows 1 to 8 of the threat table, with the input an attacker would send to the URL gate."""

import pytest

from qz_common.urls import (
    UrlCode,
    UrlPolicy,
    UrlRefused,
    add_query,
    admit,
    header_bytes,
)


def refusal(raw: str) -> UrlCode:
    with pytest.raises(UrlRefused) as caught:
        admit(raw)
    return caught.value.code


@pytest.mark.parametrize(
    "raw",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "vbscript:msgbox(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD4=",
        "blob:https://example.com/1234",
        "file:///etc/passwd",
        "intent://scan/#Intent;scheme=zxing;end",
        "view-source:https://example.com/",
        "about:blank",
        "chrome://settings/",
        "ftp://example.com/",
        "ws://example.com/",
        "gopher://example.com/",
        "tel:+15551234",
        "mailto:a@example.com",
        "httpſ://example.com/",
        "ｈｔｔｐｓ://example.com/",
        "example.com",
        "",
    ],
)
def test_row_01_only_http_and_https_are_destinations(raw: str) -> None:
    assert refusal(raw) == "invalid_destination_url"


@pytest.mark.parametrize(
    "raw",
    [
        " https://example.com/",
        "https://example.com/ ",
        "\thttps://example.com/",
        "java\tscript:alert(1)",
        "ht\ttps://example.com/",
        "https:\n//example.com/",
        "https://exa\rmple.com/",
        "https://example.com/\u0000",
        "\u0000https://example.com/",
        "https://example.com/\u0085",
        "https://example.com/\u2028",
        "https://example.com/\u2029x",
        "https://example.com/a b",
        "https://example.com/\u00a0",
        "https://example.com/\u3000",
        "https://example.com/\u202e gpj.exe",
        "https://example.com/\u2066x",
        "\ufeffhttps://example.com/",
        "https://example.com/\x7f",
        "https://example.com/\ud800",
        "https://\udfff.example.com/",
        "https://example.com/\uffff",
        "https://example.com/\U0010fffe",
    ],
)
def test_row_02_whitespace_and_controls_are_refused_before_any_parse(raw: str) -> None:
    assert refusal(raw) == "invalid_destination_url"


@pytest.mark.parametrize(
    "raw",
    [
        "https://a.example/\r\nSet-Cookie: x",
        "https://a.example/?q=\r\nLocation:https://evil.example",
        "https://a.example\r\n/",
        "https://a.example/#\n",
    ],
)
def test_row_03_a_raw_line_break_is_refused(raw: str) -> None:
    assert refusal(raw) == "invalid_destination_url"


def test_row_03_a_refusal_never_repeats_what_was_sent() -> None:
    with pytest.raises(UrlRefused) as caught:
        admit("https://a.example/\r\n<img src=x>")
    assert "img" not in caught.value.message + str(caught.value)


def test_row_03_an_escaped_line_break_stays_escaped() -> None:
    raw = "https://a.example/%0d%0aSet-Cookie:x?q=%0D%0a#%00"
    assert admit(raw).location == raw


@pytest.mark.parametrize("text", ["\r\nSet-Cookie: x", "%0d%0aX: y", "\u2028", "\x00", "é\ud800"])
def test_row_03_a_line_break_in_a_parameter_cannot_leave_it(text: str) -> None:
    served = add_query("https://a.example/", [("utm_source", text), (text, "x")])
    assert header_bytes(served.decode("ascii")) == served
    assert b"%250d" in served or b"%0d" not in served


@pytest.mark.parametrize("value", ["https://a.example/\r\n", "https://a.example/ x", "", "\x7f"])
def test_row_03_the_last_check_refuses_what_no_header_can_hold(value: str) -> None:
    with pytest.raises(ValueError, match="0x21 to 0x7e"):
        header_bytes(value)


@pytest.mark.parametrize(
    "raw",
    [
        "https://good.example\\@evil.example/",
        "https:\\\\evil.example/",
        "https:/\\evil.example/",
        "https://good.example/\\..\\x",
        "https://good.example/?q=\\",
        "https://good.example/#\\",
    ],
)
def test_row_04_any_backslash_is_refused(raw: str) -> None:
    assert refusal(raw) == "invalid_destination_url"


@pytest.mark.parametrize(
    "raw",
    [
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        "https:////evil.example",
        "////evil.example",
        "//evil.example",
        "/evil.example",
        "https://",
        "https:///",
        "https://?q",
        "https://#f",
        "https://:443/",
        "http:https://evil.example/",
        "://evil.example/",
    ],
)
def test_row_05_slash_tricks_have_no_host_here(raw: str) -> None:
    assert refusal(raw) == "invalid_destination_url"


@pytest.mark.parametrize(
    "raw",
    [
        "https://paypal.com@evil.example/",
        "https://user:pw@host.example/",
        "https://@evil.example/",
        "https://a@b@evil.example/",
        "https://paypal.com%2f@evil.example/",
        "https://:@evil.example/",
    ],
)
def test_row_06_userinfo_is_refused(raw: str) -> None:
    assert refusal(raw) == "userinfo_not_allowed"


def test_row_06_a_full_width_at_sign_is_no_way_around() -> None:
    assert refusal("https://paypal.com＠evil.example/") == "invalid_destination_url"


MIXED_TWIN = {"punycode", "mixed_script", "confusable"}


@pytest.mark.parametrize(
    ("raw", "host", "host_unicode", "flags"),
    [
        ("https://аpple.com/", "xn--pple-43d.com", "аpple.com", MIXED_TWIN),
        ("https://xn--pple-43d.com/", "xn--pple-43d.com", "аpple.com", MIXED_TWIN),
        ("https://аррӏе.com/", "xn--80ak6aa92e.com", "аррӏе.com", {"punycode", "confusable"}),
        ("https://пример.com/", "xn--e1afmkfd.com", "пример.com", {"punycode"}),
        ("https://ｅxample.com/", "example.com", "example.com", set()),
        ("https://exam\u00adple.com/", "example.com", "example.com", set()),
        ("https://example\u3002com/", "example.com", "example.com", set()),
        ("https://example．com｡/", "example.com", "example.com", set()),
        ("https://BÜCHER.example/", "xn--bcher-kva.example", "bücher.example", {"punycode"}),
        ("https://faß.example/", "xn--fa-hia.example", "faß.example", {"punycode"}),
        (
            "https://日本語ドメインabc.jp/",
            "xn--abc-qi4b8gof5e3728bdocu19k.jp",
            "日本語ドメインabc.jp",
            {"punycode"},
        ),
    ],
)
def test_row_07_hosts_become_a_labels_and_say_what_they_are(
    raw: str, host: str, host_unicode: str, flags: set[str]
) -> None:
    url = admit(raw)
    assert (url.host, url.host_unicode, set(url.flags)) == (host, host_unicode, flags)
    assert url.location == f"https://{host}/"


@pytest.mark.parametrize(
    "raw",
    [
        f"https://{'a' * 64}.example/",
        f"https://{'ü' * 60}.example/",
        "https://xn--a.example/",
        "https://xn--.example/",
        "https://xn--example-.example/",
        "https://ex\u202eample.com/",
        "https://\u00ad/",
        "https://a..example/",
        "https://.example.com/",
        "https://example.com../",
        "https://-a.example/",
        "https://a-.example/",
        "https://1א.example/",
        "https://1a.אב/",
        "https://\u0301a.example/",
        "https://ex℀mple.com/",
        "https://good.example／evil.example/",
        "https://good.example？.evil.example/",
        "https://good.example＃.evil.example/",
        "https://ex%61mple.com/",
        "https://ex％61mple.com/",
        "https://exa<mple.com/",
        "https://exa mple.com/",
    ],
)
def test_row_07_what_is_no_domain_name_is_refused(raw: str) -> None:
    assert refusal(raw) == "invalid_destination_url"


@pytest.mark.parametrize(
    "raw",
    [
        "https://h.example:99999/",
        "https://h.example:65536/",
        "https://h.example:0/",
        "https://h.example:/",
        "https://h.example:80a/",
        "https://h.example:-1/",
        "https://h.example:+80/",
        "https://h.example:٨٠/",
        "https://h.example:80:80/",
        "https://h.example:000443/",
        "https://[::1%25eth0]/",
        "https://[::1%eth0]/",
        "https://[::1/",
        "https://::1/",
        "https://[::1]x/",
        "https://[1:2:3:4:5:6:7:8:9]/",
        "https://[v1.x]/",
        "https://[]/",
        "https://1.2.3.4.5/",
        "https://1.2.3.256/",
        "https://256.1/",
        "https://4294967296/",
        "https://0x100000000/",
        "https://09.example.0x/",
        "https://08/",
        "https://1..2/",
        "https://example.1/",
    ],
)
def test_row_08_port_and_host_garbage_is_refused(raw: str) -> None:
    assert refusal(raw) == "invalid_destination_url"


def test_row_08_a_host_of_four_kilobytes_is_refused() -> None:
    assert refusal(f"https://{'a' * 4096}/") == "destination_url_too_long"
    assert refusal(f"https://{'a.' * 700}example/") == "invalid_destination_url"
    assert refusal(f"https://{'ü.' * 700}example/") == "invalid_destination_url"


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("http://134744072/", "8.8.8.8"),
        ("http://0x08080808/", "8.8.8.8"),
        ("http://010.0x8.2056/", "8.8.8.8"),
        ("http://8.8.8.8./", "8.8.8.8"),
        ("http://８.８.８.８/", "8.8.8.8"),
        ("http://⑧.8.8.8/", "8.8.8.8"),
        ("http://[2606:4700:0:0::1111]/", "[2606:4700::1111]"),
    ],
)
def test_row_08_numbers_become_an_address_and_addresses_need_permission(
    raw: str, address: str
) -> None:
    assert refusal(raw) == "ip_literal_not_allowed"
    url = admit(raw, UrlPolicy(allow_ip_literals=True))
    assert (url.host, set(url.flags)) == (address, {"ip_literal"})
