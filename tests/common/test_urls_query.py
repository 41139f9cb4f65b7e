"""Parameters that are added to a location on its way out."""

import pytest

from qz_common.urls import add_query, leaves_out, query_pairs


@pytest.mark.parametrize(
    ("location", "pairs", "served"),
    [
        ("https://a.example/", [], b"https://a.example/"),
        ("https://a.example/", [("a", "1"), ("a", "2")], b"https://a.example/?a=1&a=2"),
        ("https://a.example/?", [("a", "")], b"https://a.example/?a="),
        (
            "https://a.example/?x=1#f?y",
            [("a", "ü &=#")],
            b"https://a.example/?x=1&a=%C3%BC%20%26%3D%23#f?y",
        ),
        ("https://a.example/#f", [("a", "1")], b"https://a.example/?a=1#f"),
        ("https://a.example/?a=1", [("a", "2"), ("b", "3")], b"https://a.example/?a=1&b=3"),
        ("https://a.example/?%61%20b=1", [("a b", "2")], b"https://a.example/?%61%20b=1"),
        ("https://a.example/", [("", "x")], b"https://a.example/"),
        ("tel:+15551234", [("utm_source", "qr")], b"tel:+15551234"),
        ("mailto:a@b.example?subject=x", [("a", "1")], b"mailto:a@b.example?subject=x"),
    ],
)
def test_pairs_are_added_and_the_owners_own_stay(
    location: str, pairs: list[tuple[str, str]], served: bytes
) -> None:
    assert add_query(location, pairs) == served


def test_pairs_beyond_the_limit_are_left_out_whole() -> None:
    pairs = [("a", "x" * 10), ("b", "x" * 90), ("c", "y")]
    served = add_query("https://a.example/", pairs, limit=40)
    assert served == b"https://a.example/?a=xxxxxxxxxx&c=y"
    assert len(add_query("https://a.example/", pairs * 900)) <= 4096


def test_a_query_string_is_read_in_order_with_blanks() -> None:
    assert query_pairs(b"b=%C3%BC+x&a=&c&b=2&=z") == [
        ("b", "ü x"),
        ("a", ""),
        ("c", ""),
        ("b", "2"),
        ("", "z"),
    ]


def test_only_the_first_fields_of_a_flood_are_read() -> None:
    pairs = query_pairs(b"&".join(b"k%d=1" % n for n in range(100_000)))
    assert [name for name, _ in pairs] == [f"k{n}" for n in range(50)]


@pytest.mark.parametrize("room", [-1, 0, 1])
@pytest.mark.parametrize("location", ["https://x.org/a", "https://x.org/a?b=c#d", "tel:+351"])
def test_what_is_left_out_is_known_beforehand(location: str, room: int) -> None:
    pairs = [("utm_source", "é"), ("utm_medium", "\N{BAR CHART}"), ("utm_id", "x")]
    enough = len(add_query(location, pairs)) + room
    is_left_out = add_query(location, pairs, enough) != add_query(location, pairs)
    assert leaves_out(location, pairs, enough) == is_left_out
