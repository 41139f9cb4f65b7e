"""A slow hash says how it was made, and nothing else opens it."""

import pytest

from qz_common.passwords import MAX_LENGTH, hash_password, verify_password

RIGHT = "correct horse"


@pytest.fixture(scope="module")
def encoded() -> str:
    return hash_password(RIGHT)


def test_the_right_password_opens(encoded: str) -> None:
    assert verify_password(RIGHT, encoded)


@pytest.mark.parametrize("wrong", ["", "correct hors", "Correct horse", "correct horse ", "\0"])
def test_a_wrong_one_does_not(encoded: str, wrong: str) -> None:
    assert not verify_password(wrong, encoded)


def test_the_same_password_never_hashes_the_same_way(encoded: str) -> None:
    assert hash_password(RIGHT) != encoded
    assert encoded.startswith("$scrypt$ln=14,r=8,p=5$")
    assert RIGHT not in encoded


def test_accents_are_the_same_however_they_are_composed() -> None:
    assert verify_password("hu\u0308nter", hash_password("h\u00fcnter"))


def test_a_lone_surrogate_is_a_password_like_any_other() -> None:
    assert not verify_password("\ud800", hash_password("x"))


def test_a_hash_carries_its_own_parameters() -> None:
    # scrypt of "x" with salt of sixteen zero bytes, N=16, r=1, p=1
    encoded = "$scrypt$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    encoded += "bzz+LKEfWYjnVV9NpeEmx0K1ps0P2rrJvuIOFobtsOs"
    assert verify_password("x", encoded)


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "x",
        "$scrypt$ln=14,r=8,p=5$AAAA$AAAA",
        "$scrypt$ln=40,r=8,p=5$" + "A" * 22 + "$" + "A" * 43,
        "$scrypt$ln=17,r=99,p=5$" + "A" * 22 + "$" + "A" * 43,
        "$scrypt$ln=0,r=8,p=5$" + "A" * 22 + "$" + "A" * 43,
        "$scrypt$ln=14,r=8,p=0$" + "A" * 22 + "$" + "A" * 43,
        "$scrypt$ln=14,r=8,p=5$" + "A" * 22 + "$" + "A" * 44,
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
    ],
)
def test_a_hash_that_can_not_be_read_opens_for_nobody(encoded: str) -> None:
    assert not verify_password("x", encoded)


def test_a_longer_password_than_any_matches_nothing() -> None:
    long = "x" * (MAX_LENGTH + 1)
    assert not verify_password(long, hash_password(long))
