"""What can be told without decoding: contrast, quiet zone and the logo's share of the correction.

Each finding names the field to change and a value that would do.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qz_render.color import WHITE, Color, Ink, colors_of, contrast
from qz_render.compose import Drawing, covered_slice
from qz_render.errors import Problem
from qz_render.matrix import block_of_codeword, codeword_modules
from qz_render.pictures import Picture
from qz_render.scene import Placed
from qz_render.style import Style

LEAST_CONTRAST, GOOD_CONTRAST = 3.0, 4.5
LEAST_QUIET_ZONE, GOOD_QUIET_ZONE = 2, 4
# An unknown codeword costs two correction codewords; some are kept for dirt and blur.
MOST_DAMAGE = 0.8
# Width of a printed module.
LEAST_MODULE_MM, GOOD_MODULE_MM = 0.25, 0.40


@dataclass(frozen=True, slots=True)
class Legibility:
    """`refusals` keep an image from being handed out, `warnings` do not."""

    contrast: float
    logo_damage: float
    refusals: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def assess(drawing: Drawing) -> Legibility:
    style = drawing.style
    ratio, inverted = contrast_of(style)
    damage = logo_damage(drawing)
    found = [*_contrast(ratio, inverted), *_quiet_zone(style.quiet_zone), *_logo(style, damage)]
    if style.background.alpha < 255 and style.background_picture is None:
        message = "the background is see-through: print it on something light"
        found.append((False, Problem("transparent_background", message, "/style/background")))
    return Legibility(
        contrast=round(ratio, 2),
        logo_damage=round(damage, 3),
        refusals=tuple(problem for refused, problem in found if refused),
        warnings=tuple(problem for refused, problem in found if not refused),
    )


Finding = tuple[bool, Problem]


def hopeless(style: Style) -> tuple[Problem, ...]:
    """Why no symbol in this style is handed out, whatever it says. Nothing is drawn for it.

    A style over a picture is judged with the picture, when it is drawn.
    """
    found = _quiet_zone(style.quiet_zone)
    if style.background_url is None:
        found += _contrast(*contrast_of(style))
    return tuple(problem for refused, problem in found if refused)


def _contrast(ratio: float, inverted: bool) -> list[Finding]:
    if ratio < LEAST_CONTRAST:
        message = (
            f"contrast with the background is {ratio:.1f}:1; at least {LEAST_CONTRAST:g}:1 reads: "
            "take darker modules or a lighter background"
        )
        return [(True, Problem("contrast_too_low", message, "/style/foreground"))]
    found: list[Finding] = []
    if ratio < GOOD_CONTRAST:
        message = f"contrast is {ratio:.1f}:1; {GOOD_CONTRAST:g}:1 or more reads in poor light"
        found.append((False, Problem("contrast_low", message, "/style/foreground")))
    if inverted:
        message = "light modules on dark: some older readers can't read it"
        found.append((False, Problem("inverted", message, "/style/foreground")))
    return found


def _quiet_zone(modules: int) -> list[Finding]:
    if modules >= GOOD_QUIET_ZONE:
        return []
    refused = modules < LEAST_QUIET_ZONE
    message = f"the quiet zone is {modules} modules; the standard asks for {GOOD_QUIET_ZONE}"
    if refused:
        message += f", at least {LEAST_QUIET_ZONE} are needed"
    code = "quiet_zone_too_small" if refused else "quiet_zone_small"
    return [(refused, Problem(code, message, "/style/quiet_zone"))]


def _logo(style: Style, damage: float) -> list[Finding]:
    if style.logo is None or damage <= MOST_DAMAGE:
        return []
    change = f"take a logo_size below {style.logo.size:g}"
    if style.level != "H":
        change += " or error_correction H"
    message = f"the logo hides {damage:.0%} of what error correction can mend: {change}"
    return [(True, Problem("logo_too_large", message, "/style/logo_size"))]


def contrast_of(style: Style) -> tuple[float, bool]:
    """The lowest contrast of anything that must be seen, and whether light lies on dark."""
    own = (style.foreground, style.eye_frame_color, style.eye_ball_color)
    return _lowest_contrast(tuple(ink for ink in own if ink), _papers(style))


@lru_cache(maxsize=256)
def _lowest_contrast(inks: tuple[Ink, ...], papers: tuple[Color, ...]) -> tuple[float, bool]:
    """Of each colour on each paper; 1 where some are darker than the paper and some lighter."""
    seen = [(ink.over(paper), paper) for paper in papers for i in inks for ink in colors_of(i)]
    darker = [ink.luminance() < paper.luminance() for ink, paper in seen]
    if any(darker) and not all(darker):
        return 1.0, False
    return min(contrast(ink, paper) for ink, paper in seen), not any(darker)


def _papers(style: Style) -> tuple[Color, ...]:
    """The background's colours: one, or the darkest and lightest a picture shows."""
    plain = style.background.over(WHITE)
    if style.background_picture is None:
        return (plain,)
    return _extremes(style.background_picture, plain)


def _extremes(picture: Picture, below: Color) -> tuple[Color, ...]:
    """Colours at the 5th and 95th percentile of brightness."""
    small = picture.resized(min(64, picture.width), min(64, picture.height)).reshape(-1, 4)
    brightness = small[:, :3] @ np.array([77, 150, 29])
    order = np.argsort(brightness)
    chosen = (order[int(len(order) * share)] for share in (0.05, 0.95))
    return tuple(Color(*map(int, small[index])).over(below) for index in chosen)


def logo_damage(drawing: Drawing) -> float:
    """The largest share of any block's correction that the hidden modules use up."""
    hidden = _hidden(drawing)
    if not hidden.any():
        return 0.0
    matrix = drawing.matrix
    lost = hidden.reshape(-1)[codeword_modules(matrix.version)].any(axis=1)
    block, corrections = block_of_codeword(matrix.version, matrix.level)
    counts = np.bincount(block[lost], minlength=len(corrections))
    return float((counts * 2 / np.array(corrections)).max())


def _hidden(drawing: Drawing) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Modules that are cleared or lie under the logo."""
    hidden = drawing.cleared.copy()
    logo = next((n for n in reversed(drawing.scene.nodes) if isinstance(n, Placed)), None)
    if logo is not None and drawing.style.logo and drawing.style.logo.picture:
        x, y, width, height = logo.box
        box = (x - drawing.symbol_x, y - drawing.symbol_y, width, height)
        hidden[covered_slice(box, 0, drawing.matrix.side)] = True
    return hidden


def print_findings(module_mm: float | None) -> list[Finding]:
    """Printed modules: below 0.25 mm is refused, below 0.40 mm is warned of."""
    if module_mm is None or module_mm >= GOOD_MODULE_MM:
        return []
    refused = module_mm < LEAST_MODULE_MM
    least = LEAST_MODULE_MM if refused else GOOD_MODULE_MM
    message = f"a module is {module_mm:.2f} mm wide; print it larger, {least:.2f} mm or more"
    code = "module_too_small" if refused else "module_small"
    return [(refused, Problem(code, message, "/size/mm"))]
