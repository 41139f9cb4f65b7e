"""The gate's everyday work: canonical form, domain lists, flags."""

import pytest

from qz_common.urls import UrlPolicy, UrlRefused, admit, canonical_domain, refer_host


@pytest.mark.parametrize(
    ("raw", "location"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM:443/A/b", "https://example.com/A/b"),
        ("http://example.com:80/", "http://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://example.com:08443/", "https://example.com:8443/"),
        ("https://example.com?q=1", "https://example.com/?q=1"),
        ("https://example.com?", "https://example.com/?"),
        ("https://example.com#top", "https://example.com/#top"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/a/%2E%2e/..", "https://example.com/"),
        ("https://example.com/a//../b", "https://example.com/a/b"),
        ("https://example.com/ü?q=ü#ü", "https://example.com/%C3%BC?q=%C3%BC#%C3%BC"),
        ("https://example.com/100%", "https://example.com/100%"),
        ("https://example.com/<x>?'<x>'", "https://example.com/%3Cx%3E?%27%3Cx%3E%27"),
        ("https://example.com/a|b^c`{}", "https://example.com/a|b%5Ec%60%7B%7D"),
        ("https://example.com/?next=https://b.example/@x", None),
        ("https://my_shop.r3---sn.example.com/", None),
        ("https://example.com/#:~:text=a,b", None),
    ],
)
def test_a_url_is_written_as_a_browser_would(raw: str, location: str | None) -> None:
    assert admit(raw).location == (location or raw)


def test_a_url_may_grow_by_escaping_only_up_to_the_limit() -> None:
    with pytest.raises(UrlRefused) as caught:
        admit("https://example.com/" + "ü" * 1000)
    assert caught.value.code == "destination_url_too_long"
    assert len(admit("https://example.com/" + "u" * 2028).location) == 2048


LISTS = UrlPolicy(
    allowed_domains=frozenset({"*.Example.com", "bücher.example"}),
    blocked_domains=frozenset({"evil.example.com"}),
)


@pytest.mark.parametrize("host", ["example.com", "a.b.example.com", "shop.bücher.example"])
def test_allowed_domains_admit_their_subdomains(host: str) -> None:
    assert admit(f"https://{host}/", LISTS).host_unicode == host


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("badexample.com", "domain_not_allowed"),
        ("example.com.evil.net", "domain_not_allowed"),
        ("evil.example.com", "domain_blocked"),
        ("x.EVIL.example.com.", "domain_blocked"),
    ],
)
def test_domain_lists_match_at_a_label_boundary(host: str, code: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        admit(f"https://{host}/", LISTS)
    assert caught.value.code == code


@pytest.mark.parametrize("domain", ["", "a b", "https://example.com", "a..b", "[::1", "x:99999999"])
def test_a_list_with_something_else_than_domains_is_an_error(domain: str) -> None:
    with pytest.raises(ValueError, match="not a domain name"):
        UrlPolicy(blocked_domains=frozenset({domain}))


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        (" *.Example.COM. ", "example.com"),
        ("localhost:8080", "localhost"),
        ("[::1]:80", "[::1]"),
        (".bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_domains_in_settings_may_be_written_loosely(given: str, canonical: str) -> None:
    assert canonical_domain(given) == canonical


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://www.Example.com/path?q#f", "www.example.com"),
        ("http://example.com.:8080", "example.com"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("https://[2606:4700::1]:443/", "[2606:4700::1]"),
        ("https://a@b.example/", ""),
        ("https://good.example\\.evil.example/", ""),
        ("about:blank", ""),
        ("example.com", ""),
        ("", ""),
        ("https://" + "a" * 5000, ""),
    ],
)
def test_a_referrer_gives_its_host_and_nonsense_gives_nothing(referrer: str, host: str) -> None:
    assert refer_host(referrer) == host
