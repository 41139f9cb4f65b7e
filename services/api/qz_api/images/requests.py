"""Orders out of what a call says: every bad field at once, each with its pointer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from qz_api.images.looks import StyleJson, read_style
from qz_api.images.order import Order
from qz_api.images.refusals import as_invalid
from qz_api.images.schemas import ImageQuery, RenderBody, SignBody, StoredRender
from qz_common.errors import FieldError, Invalid
from qz_render import Press, RenderError, Size, parse_content, parse_press, parse_size

IN_QUERY = {"/size": "?size", "/size/mm": "?mm", "/size/dpi": "?dpi"}
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image as a call says it; its pictures are still to be had."""

    payload: bytes
    style: StyleJson
    format: str
    size: Size
    press: Press


def with_query(order: Order, query: ImageQuery) -> Order:
    """The saved image with what the query asks for instead."""
    try:
        size, press = _query_size(query), _query_press(query)
    except RenderError as error:
        raise as_invalid(error, _query_pointer) from None
    return replace(order, format=query.format or order.format, size=size or order.size, press=press)


def _query_size(query: ImageQuery) -> Size | None:
    if query.mm is None and query.dpi is None:
        return parse_size(query.size) if query.size is not None else None
    if query.size is not None:
        error = FieldError("?size", "size_or_mm", "say pixels or millimetres, not both")
        raise Invalid(error.message, errors=[error])
    return parse_size({"mm": query.mm, "dpi": query.dpi})


def read_query_size(pixels: int) -> Size:
    try:
        return parse_size(pixels)
    except RenderError as error:
        raise as_invalid(error, _query_pointer) from None


def _query_press(query: ImageQuery) -> Press:
    return parse_press(
        {"cmyk": query.cmyk, "bleed_mm": query.bleed_mm, "crop_marks": query.crop_marks}
    )


def _query_pointer(pointer: str) -> str:
    return IN_QUERY.get(pointer, "?" + pointer.rpartition("/")[2])


def parameters(body: SignBody) -> list[tuple[str, str]]:
    """The query of the image that is meant."""
    size = read_size(body.size)
    pixels = [("size", str(size.pixels))] if size.mm is None else [("mm", f"{size.mm:g}")]
    given = [
        *([("format", body.format)] if body.format else []),
        *(pixels if body.size is not None else []),
        *([("dpi", str(size.dpi))] if size.dpi else []),
        *([("download", "true")] if body.download else []),
    ]
    return given


def with_body(order: Order, body: StoredRender) -> Order:
    size = read_size(body.size) if body.size is not None else order.size
    press = read_press(body.press)
    return replace(order, format=body.format or order.format, size=size, press=press)


def read_render(body: RenderBody) -> Wanted:
    """What is wrong with the content, the style, the size and the press, all at once."""
    refusals: list[RenderError] = []
    content = _noted(refusals, lambda: parse_content(body.content))
    _noted(refusals, lambda: read_style(body.style or {}))
    size = _noted(refusals, lambda: parse_size(body.size))
    press = _noted(refusals, lambda: parse_press(body.press))
    if content is None or size is None or press is None or refusals:
        raise _together(refusals)
    return Wanted(content.payload().encode(), body.style or {}, body.format, size, press)


def read_size(size: object) -> Size:
    return _read(lambda: parse_size(size))


def read_press(press: object) -> Press:
    return _read(lambda: parse_press(press))


def _noted(refusals: list[RenderError], read: Callable[[], Part]) -> Part | None:
    try:
        return read()
    except RenderError as error:
        refusals.append(error)
        return None


def _together(refusals: list[RenderError]) -> Invalid:
    """One refusal keeps its own code."""
    if len(refusals) == 1:
        return as_invalid(refusals[0])
    return as_invalid(RenderError([each for one in refusals for each in one.problems]))


def _read(read: Callable[[], Part]) -> Part:
    try:
        return read()
    except RenderError as error:
        raise as_invalid(error) from None


def read_changes(style: object) -> StyleJson:
    """Fields of a style that are to win; null takes a field away."""
    if style is None:
        return {}
    if not isinstance(style, dict):
        error = FieldError("/style", "invalid_type", "must be an object")
        raise Invalid("the style is no object", errors=[error])
    return style
