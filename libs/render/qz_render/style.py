"""How a code looks: the whole vocabulary, read from JSON and kept as one frozen value."""

import re
from dataclasses import dataclass, replace

from qz_render.color import BLACK, TRANSPARENT, WHITE, Color, Ink, read_color, read_ink
from qz_render.fields import Fields
from qz_render.frames import FRAMES
from qz_render.matrix import LEVELS
from qz_render.pictures import Picture
from qz_render.shapes.eyes import BALL_NAMES, EYE_FRAMES, MATCHING
from qz_render.shapes.modules import MODULE_SHAPES
from qz_render.text import missing_glyph

AUTO = "auto"
MOST_FRAME_TEXT = 40
_URL = re.compile(r"https?://[^\s]+\Z")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in the middle: share of the symbol's side, margin in modules."""

    size: float = 0.22
    margin: float = 1.0
    clear: bool = True
    url: str | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """The look of a code; every field has the plain default. Build it with `parse_style`."""

    foreground: Ink = BLACK
    background: Color = WHITE
    background_url: str | None = None
    background_picture: Picture | None = None
    modules: str = "square"
    eye_frame: str = AUTO
    eye_ball: str = AUTO
    eye_frame_color: Ink | None = None
    eye_ball_color: Ink | None = None
    logo: Logo | None = None
    quiet_zone: int = 4
    frame: str = "none"
    frame_text: str = ""
    frame_color: Color | None = None
    frame_text_color: Color | None = None
    error_correction: str = AUTO

    @property
    def is_plain(self) -> bool:
        """Black squares on white: nothing that could keep it from reading."""
        return self == Style(quiet_zone=self.quiet_zone, error_correction=self.error_correction)

    @property
    def level(self) -> str:
        """The error correction to encode with: H under a logo, unless one is named."""
        return "H" if self.logo and self.error_correction == AUTO else self.error_correction

    @property
    def eye_shapes(self) -> tuple[str, str]:
        """Frame and ball, with "auto" resolved to what suits the modules."""
        matching = MATCHING.get(self.modules, "square")
        return (
            matching if self.eye_frame == AUTO else self.eye_frame,
            matching if self.eye_ball == AUTO else self.eye_ball,
        )

    def with_pictures(
        self, *, logo: Picture | None = None, background: Picture | None = None
    ) -> "Style":
        """The same look with its pictures fetched; a logo picture alone is enough for a logo."""
        style = self
        if logo:
            style = replace(style, logo=replace(style.logo or Logo(), picture=logo))
        return replace(style, background_picture=background) if background else style


def parse_style(data: object, *, pointer: str = "/style") -> Style:
    """A style from its JSON form; raises Invalid with every bad field."""
    fields = Fields({} if data is None else data, pointer)
    style = Style(
        foreground=read_ink(fields, "foreground", BLACK),
        background=_background(fields),
        background_url=_url(fields, "background_image_url"),
        modules=fields.choice("modules", tuple(MODULE_SHAPES), "square"),
        eye_frame=fields.choice("eye_frame", (AUTO, *EYE_FRAMES), AUTO),
        eye_ball=fields.choice("eye_ball", (AUTO, *BALL_NAMES), AUTO),
        eye_frame_color=_optional_ink(fields, "eye_frame_color"),
        eye_ball_color=_optional_ink(fields, "eye_ball_color"),
        logo=_logo(fields),
        quiet_zone=fields.whole("quiet_zone", 0, 20, 4),
        frame=fields.choice("frame", tuple(FRAMES), "none"),
        frame_text=_frame_text(fields),
        frame_color=_optional_color(fields, "frame_color"),
        frame_text_color=_optional_color(fields, "frame_text_color"),
        error_correction=fields.choice("error_correction", (AUTO, *LEVELS), AUTO),
    )
    fields.finish()
    return style


def _background(fields: Fields) -> Color:
    if fields.raw("background") == "transparent":
        return TRANSPARENT
    return read_color(fields, "background", WHITE)


def _optional_ink(fields: Fields, name: str) -> Ink | None:
    return None if fields.raw(name) is None else read_ink(fields, name, BLACK)


def _optional_color(fields: Fields, name: str) -> Color | None:
    return None if fields.raw(name) is None else read_color(fields, name, BLACK)


def _url(fields: Fields, name: str) -> str | None:
    return fields.text(name, limit=2048, pattern=_is_url, expected="an http(s) URL") or None


def _is_url(text: str) -> bool:
    return bool(_URL.match(text))


def _logo(fields: Fields) -> Logo | None:
    url = _url(fields, "logo_url")
    logo = Logo(
        size=fields.number("logo_size", 0.05, 0.4, Logo().size),
        margin=fields.number("logo_margin", 0, 4, Logo().margin),
        clear=fields.flag("logo_clear", True),
        url=url,
    )
    return logo if url else None


def _frame_text(fields: Fields) -> str:
    text = fields.text("frame_text", limit=MOST_FRAME_TEXT)
    missing = missing_glyph(text)
    if missing:
        message = f"has a character the caption fonts don't have: {missing}"
        fields.complain("frame_text", message, "unsupported_character")
        return ""
    return text
