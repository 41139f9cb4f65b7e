"""A whole render request in one reading, so that bad fields of every part are told together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from qz_render.content import Content, parse_content
from qz_render.content.text import Text
from qz_render.errors import Invalid, Problem, RenderError
from qz_render.fields import Fields
from qz_render.formats import FORMATS
from qz_render.size import Size, parse_size
from qz_render.style import Style, parse_style
from qz_render.writers.target import Press

MOST_BLEED_MM = 20
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """The arguments of `render`; attach fetched pictures to `style` before drawing."""

    content: Content
    style: Style
    format: str
    size: Size
    press: Press


def parse_request(data: object) -> RenderRequest:
    """{"content": …, "style": …, "format": "png", "size": 512, "press": …}, all but content
    optional; raises Invalid with the problems of all parts."""
    fields = Fields(data)
    if fields.problems:
        raise Invalid(fields.problems)
    noted = fields.problems
    nothing: Content = Text("")
    request = RenderRequest(
        content=_part(noted, lambda: parse_content(fields.raw("content")), nothing),
        style=_part(noted, lambda: parse_style(fields.raw("style")), Style()),
        format=fields.choice("format", tuple(FORMATS), "png"),
        size=_part(noted, lambda: parse_size(fields.raw("size")), Size()),
        press=_part(noted, lambda: parse_press(fields.raw("press")), Press()),
    )
    fields.finish()
    return request


def parse_press(data: object, *, pointer: str = "/press") -> Press:
    """{"cmyk": true, "bleed_mm": 3, "crop_marks": true}."""
    if data is None:
        return Press()
    fields = Fields(data, pointer)
    press = Press(
        cmyk=fields.flag("cmyk"),
        bleed_mm=fields.number("bleed_mm", 0, MOST_BLEED_MM, 0),
        crop_marks=fields.flag("crop_marks"),
    )
    fields.finish()
    return press


def _part(noted: list[Problem], read: Callable[[], Part], stand_in: Part) -> Part:
    try:
        return read()
    except RenderError as refused:
        noted.extend(refused.problems)
        return stand_in
