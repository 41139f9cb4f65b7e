"""Styles in the API's JSON: the library's, with pictures of ours named beside foreign ones.

`logo_url` says where a logo came from, `logo_id` (`pic_…`) which copy of it is drawn; the same for
`background_image_url` and `background_image_id`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from qz_api.images.wire import Look
from qz_common.ids import read_id
from qz_render import (
    Invalid,
    Picture,
    Problem,
    RenderError,
    Style,
    Unscannable,
    hopeless,
    parse_style,
)

StyleJson = Mapping[str, Any]
ROLES = {
    "logo": ("logo_url", "logo_id"),
    "background": ("background_image_url", "background_image_id"),
}
"""What a picture is for, and the fields that name it."""
STAND_IN = "https://pictures.invalid/"
"""What the library reads where a style names a copy only: it never asks for it."""


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A copy of ours: bytes that our own drawing process has written."""

    data: bytes = field(repr=False)
    width: int
    height: int
    digest: str

    @property
    def stand_in(self) -> Picture:
        """Without its pixels; enough for a fingerprint."""
        return Picture(self.width, self.height, b"", self.digest)


@dataclass(frozen=True, slots=True)
class Dress:
    """A style that is ready to be drawn: as the library's value, and as it goes to a process."""

    style: Style = field(default_factory=Style)
    look: Look = field(default_factory=Look)


def read_style(style: object, pointer: str = "/style") -> Style:
    """The library's reading of a style in our JSON; raises its Invalid with every bad field."""
    problems: list[Problem] = []
    if isinstance(style, Mapping):
        problems = [
            Problem("invalid_value", "must be the id of a picture (pic_…)", f"{pointer}/{name}")
            for _, name in ROLES.values()
            if style.get(name) is not None and picture_id(style, name) is None
        ]
        style = plain(style)
    try:
        read = parse_style(style, pointer=pointer)
    except RenderError as error:
        raise Invalid([*problems, *error.problems]) from None
    if problems:
        raise Invalid(problems)
    return read


def read_readable(style: object, pointer: str = "/style") -> Style:
    """As above, of a style that is to be kept: one that nobody could scan is refused at once."""
    read = read_style(style, pointer)
    if problems := hopeless(read):
        raise Unscannable(
            [
                replace(each, pointer=pointer + each.pointer.removeprefix("/style"))
                for each in problems
            ]
        )
    return read


def merged(style: StyleJson, changes: StyleJson) -> dict[str, Any]:
    """Changes over a style; null takes a field away. A picture is replaced as a whole: an address
    alone has another copy, a copy alone came from nowhere else."""
    found = {**style, **changes}
    for url, id in ROLES.values():
        for given, other in ((url, id), (id, url)):
            if given in changes and other not in changes and changes[given] != style.get(given):
                found.pop(other, None)
    return {name: value for name, value in found.items() if value is not None}


def changed_pictures(before: StyleJson, after: StyleJson) -> dict[str, Any]:
    """The fields of pictures that are others now."""
    return {
        name: after[name]
        for names in ROLES.values()
        if any(after.get(name) != before.get(name) for name in names)
        for name in names
        if name in after
    }


def plain(style: StyleJson) -> dict[str, Any]:
    """The style in the library's own words."""
    found = dict(style)
    for url, id in ROLES.values():
        named = found.pop(id, None)
        if isinstance(named, str) and found.get(url) is None:
            found[url] = STAND_IN + named
    return found


def picture_id(style: StyleJson, name: str) -> UUID | None:
    text = style.get(name)
    return read_id("pic", text) if isinstance(text, str) else None


def picture_ids(style: StyleJson) -> dict[str, UUID]:
    """Copies of ours that the style names, by role."""
    named = {role: picture_id(style, name) for role, (_, name) in ROLES.items()}
    return {role: id for role, id in named.items() if id}


def unpinned(style: StyleJson) -> Iterator[tuple[str, str, str]]:
    """Foreign pictures that the style names no copy of: role, field, URL.

    What is no address is left out: reading the style refuses it.
    """
    for role, (url, id) in ROLES.items():
        if style.get(id) is None and _is_address(url, style.get(url)):
            yield role, url, style[url]


def _is_address(name: str, value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse_style({name: value})
    except RenderError:
        return False
    return True


def dress(style: StyleJson, pictures: Mapping[str, KeptPicture], pointer: str = "/style") -> Dress:
    """`pictures` by role; one that is missing is told when it is drawn."""
    logo, background = pictures.get("logo"), pictures.get("background")
    read = read_style(style, pointer).with_pictures(
        logo=logo.stand_in if logo else None,
        background=background.stand_in if background else None,
    )
    look = Look(plain(style), logo.data if logo else b"", background.data if background else b"")
    return Dress(read, look)
