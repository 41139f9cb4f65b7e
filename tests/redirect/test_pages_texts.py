"""Every page speaks every language, and a reader gets the one they want most."""

import pytest

from qz_redirect.pages.languages import LANGUAGES, choose
from qz_redirect.pages.render import SIGNS, read_texts

ENGLISH = {(kind, name) for kind, texts in read_texts("en").items() for name in texts}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text(language: str) -> None:
    texts = read_texts(language)
    assert {(kind, name) for kind, named in texts.items() for name in named} == ENGLISH
    assert all(text.strip() == text != "" for named in texts.values() for text in named.values())


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_translation_is_one(language: str) -> None:
    texts, english = read_texts(language), read_texts("en")
    same = {(kind, name) for kind, name in ENGLISH if texts[kind][name] == english[kind][name]}
    assert not same


def test_no_sign_is_made_for_a_page_that_is_not() -> None:
    assert set(SIGNS) <= {kind for kind, _ in ENGLISH}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (b"pt_BR", "pt"),
        (b"", "en"),
        (b"de", "de"),
        (b"de-AT,de;q=0.9,en;q=0.8", "de"),
        (b"pt-BR", "pt"),
        (b"PT-br", "pt"),
        (b"en;q=0.2, fr;q=0.9", "fr"),
        (b"ja, es;q=0.5", "es"),
        (b"fr;q=0, es", "es"),
        (b"fr;q=0", "en"),
        (b"ja", "en"),
        (b"*", "en"),
        (b"de;q=abc, fr;q=0.1", "fr"),
        (b"de;q=nan, fr;q=0.1", "fr"),
        (b"de;q=1e9, fr;q=0.1", "fr"),
        (b"de;q=7, fr;q=0.1", "fr"),
        (b"de;q=" + b"9" * 400 + b",fr;q=0.1", "fr"),
        (b"\xff\xfe,;;;==,,", "en"),
        (b"," * 100_000 + b"de", "en"),
        (b"fr; q=0.3; x=1, de ;q=0.7", "de"),
    ],
)
def test_the_most_wanted_language_that_we_have(header: bytes, language: str) -> None:
    assert choose(header, LANGUAGES, "en") == language


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        (b"pt-BR", "pt-BR"),
        (b"pt", "pt-BR"),
        (b"pt-PT", "pt-BR"),
        (b"zh-Hant-TW", "zh-Hant"),
        (b"ja", ""),
    ],
)
def test_a_compiled_page_may_have_any_languages(header: bytes, tag: str) -> None:
    assert choose(header, ["", "pt-BR", "zh-Hant", "de"], "") == tag
