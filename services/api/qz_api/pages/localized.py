"""Texts of a page's author: one for everybody, or one per language."""

from collections.abc import Iterator
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from qz_api.http.schema import composed
from qz_render.fields import forbidden_character

Language = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$", max_length=12)
]
Localized: TypeAlias = str | dict[Language, str]


def _text(limit: int, *, multiline: bool = False) -> AfterValidator:
    def check(value: Localized) -> Localized:
        for text in value.values() if isinstance(value, dict) else (value,):
            _check(text, limit, multiline)
        if isinstance(value, dict):
            return {language: composed(text) for language, text in value.items()}
        return composed(value)

    return AfterValidator(check)


def _check(text: str, limit: int, multiline: bool) -> None:
    if not text.strip():
        raise PydanticCustomError("empty_text", "a text can't be empty")
    if len(text) > limit:
        raise PydanticCustomError(
            "string_too_long", "a text has at most {max_length} characters", {"max_length": limit}
        )
    char = forbidden_character(text, multiline=multiline)
    if char:
        raise PydanticCustomError(
            "invalid_text", "has a character that is not allowed here: {char}", {"char": char}
        )


Label = Annotated[Localized, _text(80)]
Line = Annotated[Localized, _text(200)]
Sentence = Annotated[Localized, _text(500)]
Prose = Annotated[Localized, _text(5000, multiline=True)]


def in_language(text: Localized, tag: str, default: str) -> str:
    return text if isinstance(text, str) else text.get(tag) or text[default]


def texts_by_language(value: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text below `value` that is given per language, and where; everything else of a page
    that has names is a model."""
    if isinstance(value, dict):
        yield pointer, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts_by_language(getattr(value, name), f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts_by_language(item, f"{pointer}/{index}")
