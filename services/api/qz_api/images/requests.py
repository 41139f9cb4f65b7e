"""Orders out of what a call says: every bad field at once, each with its pointer."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from qz_api.images.looks import StyleJson
from qz_api.images.order import Order
from qz_api.images.refusals import as_invalid
from qz_api.images.schemas import ImageQuery, SignBody, StoredRender
from qz_common.errors import FieldError, Invalid
from qz_render import Press, RenderError, Size, parse_press, parse_size

IN_QUERY = {"/size": "?size", "/size/mm": "?mm", "/size/dpi": "?dpi"}
Part = TypeVar("Part")


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


def _query_press(query: ImageQuery) -> Press:
    return parse_press(
        {"cmyk": query.cmyk, "bleed_mm": query.bleed_mm, "crop_marks": query.crop_marks}
    )


def _query_pointer(pointer: str) -> str:
    return IN_QUERY.get(pointer, "?" + pointer.rpartition("/")[2])


def parameters(body: SignBody) -> list[tuple[str, str]]:
    """The query of the image that is meant."""
    size = _read(lambda: parse_size(body.size))
    pixels = [("size", str(size.pixels))] if size.mm is None else [("mm", f"{size.mm:g}")]
    given = [
        *([("format", body.format)] if body.format else []),
        *(pixels if body.size is not None else []),
        *([("dpi", str(size.dpi))] if size.dpi else []),
        *([("download", "true")] if body.download else []),
    ]
    return given


def with_body(order: Order, body: StoredRender) -> Order:
    size = _read(lambda: parse_size(body.size)) if body.size is not None else order.size
    press = _read(lambda: parse_press(body.press))
    return replace(order, format=body.format or order.format, size=size, press=press)


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
