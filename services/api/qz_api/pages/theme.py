"""How a landing page looks: two palettes whose text can be read, a letter and a corner.

The defaults are those of the edge's own pages. Every colour is a checked `#rrggbb`, every other
choice a word of a list, so the style sheet can't be anything but what stands here.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from qz_api.http.schema import In
from qz_render.color import BLACK, WHITE, Color, contrast

TEXT_CONTRAST = 4.5
"""WCAG 2.2 AA for text; what only has a shape needs 3."""
SHAPE_CONTRAST = 3.0
QUIET_CONTRAST = 6.0
STEPS = 20
FONTS = {
    "sans": 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
    "serif": '"Iowan Old Style", "Palatino Linotype", Palatino, Georgia, "Noto Serif", serif',
    "rounded": 'ui-rounded, "SF Pro Rounded", "Hiragino Maru Gothic ProN", Quicksand, '
    "Nunito, system-ui, sans-serif",
    "mono": 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
}
CORNERS = {"round": "1.625rem", "soft": ".875rem", "square": "0"}

HexColor = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(str.lower)]


class Palette(In):
    background: HexColor
    text: HexColor
    accent: HexColor
    """Buttons; their label is black or white, whichever reads better."""

    @model_validator(mode="after")
    def _reads(self) -> Self:
        ground = color(self.background)
        _check("text", contrast(color(self.text), ground), TEXT_CONTRAST)
        _check("accent", contrast(color(self.accent), ground), SHAPE_CONTRAST)
        return self


def _light() -> Palette:
    return Palette(background="#f7f6f3", text="#1c1d1f", accent="#1c1d1f")


def _dark() -> Palette:
    return Palette(background="#131415", text="#efede8", accent="#efede8")


class Theme(In):
    appearance: Literal["auto", "light", "dark"] = "auto"
    """`auto` follows the phone."""
    light: Palette = Field(default_factory=_light)
    dark: Palette = Field(default_factory=_dark)
    font: Literal["sans", "serif", "rounded", "mono"] = "sans"
    corners: Literal["round", "soft", "square"] = "soft"
    align: Literal["start", "center"] = "start"


def theme_css(theme: Theme) -> str:
    first = theme.dark if theme.appearance == "dark" else theme.light
    scheme = "light dark" if theme.appearance == "auto" else theme.appearance
    css = (
        f":root {{ color-scheme: {scheme}; --font: {FONTS[theme.font]};"
        f" --corner: {CORNERS[theme.corners]}; {_variables(first)} }}"
    )
    if theme.appearance == "auto":
        css += f"\n@media (prefers-color-scheme: dark) {{ :root {{ {_variables(theme.dark)} }} }}"
    return css


def color(text: str) -> Color:
    return Color(*bytes.fromhex(text[1:]))


def quiet(palette: Palette) -> Color:
    """The text as faint as it may be to still read on the page and on its cards."""
    text, grounds = color(palette.text), (color(palette.background), field(palette))
    for step in range(STEPS // 2, 0, -1):
        faint = text.mixed(grounds[0], step / STEPS)
        if min(contrast(faint, ground) for ground in grounds) >= QUIET_CONTRAST:
            return faint
    return text


def field(palette: Palette) -> Color:
    """Cards: a step towards the light, unless the text would no longer read on it."""
    ground, text = color(palette.background), color(palette.text)
    dark = ground.luminance() < 0.2
    raised = ground.mixed(text, 0.05) if dark else ground.mixed(WHITE, 0.85)
    return raised if contrast(text, raised) >= TEXT_CONTRAST else ground


def label(palette: Palette) -> Color:
    """On a button: the page's own colour when it reads well, else black or white."""
    accent, ground = color(palette.accent), color(palette.background)
    if contrast(accent, ground) >= TEXT_CONTRAST:
        return ground
    return max(BLACK, WHITE, key=lambda each: contrast(accent, each))


def _variables(palette: Palette) -> str:
    ground, text = color(palette.background), color(palette.text)
    named = {
        "paper": ground,
        "ink": text,
        "quiet": quiet(palette),
        "line": ground.mixed(text, 0.15),
        "field": field(palette),
        "accent": color(palette.accent),
        "on-accent": label(palette),
    }
    return " ".join(f"--{name}: {value.hex};" for name, value in named.items())


def _check(name: str, ratio: float, least: float) -> None:
    if ratio < least:
        raise PydanticCustomError(
            "low_contrast",
            "{name} on background has a contrast of {ratio}; it takes {least} to be read",
            {"name": name, "ratio": f"{ratio:.2f}", "least": least},
        )
