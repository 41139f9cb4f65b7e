import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qz_common.ids import (
    CROCKFORD,
    is_slug,
    new_api_key,
    new_uuid,
    random_slug,
    read_api_key,
    read_id,
    show_id,
)


@given(st.uuids())
def test_an_id_reads_back_to_its_uuid(uuid: object) -> None:
    from uuid import UUID

    assert isinstance(uuid, UUID)
    assert read_id("qr", show_id("qr", uuid)) == uuid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "qr_",
        "qr",
        "lnk_01arz3ndektsv4rrffq69g5fav",
        "qr_01arz3ndektsv4rrffq69g5fa",
        "qr_" + "z" * 26,
    ]
    + ["qr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "qr_01arz3ndektsv4rrffq69g5fai", "qr_\u0660" + "0" * 25],
)
def test_anything_else_is_no_id(text: str) -> None:
    assert read_id("qr", text) is None


def test_ids_sort_by_time_of_birth() -> None:
    first, later = new_uuid(), new_uuid()
    assert first.version == 7
    assert first.variant == "specified in RFC 4122"
    assert show_id("qr", first)[:11] <= show_id("qr", later)[:11]


def test_random_slugs_have_fifty_bits_of_a_readable_alphabet() -> None:
    slugs = {random_slug() for _ in range(1000)}
    assert len(slugs) == 1000
    assert all(len(slug) == 10 and set(slug) <= set(CROCKFORD) and is_slug(slug) for slug in slugs)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("abc", True),
        ("a_-9", True),
        ("ab", False),
        ("a" * 65, False),
        ("Abc", False),
        ("é" * 5, False),
    ]
    + [("abc\n", False), ("a/b", False), ("..", False), ("%2e%2e", False)],
)
def test_the_form_of_a_slug(text: str, fits: bool) -> None:
    assert is_slug(text) is fits


def test_a_key_reads_back() -> None:
    key = new_api_key("live")
    assert key.text.startswith("qz_live_")
    assert read_api_key(key.text) == key


@pytest.mark.parametrize("position", [8, 15, 16, 30, 47, 48, 53])
def test_a_key_with_one_letter_changed_is_refused(position: int) -> None:
    text = new_api_key("test").text
    letter = "A" if text[position] != "A" else "B"
    assert read_api_key(text[:position] + letter + text[position + 1 :]) is None


@given(st.text(alphabet=string.printable, max_size=80))
def test_no_text_breaks_the_reader_of_keys(text: str) -> None:
    assert read_api_key(text) is None
