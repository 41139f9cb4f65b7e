"""How well a code would read in the world: an estimate by trial, never a print grade."""

from dataclasses import dataclass

import zxingcpp

from qz_render.content import Content
from qz_render.degrade import WAYS, Gray
from qz_render.errors import Problem
from qz_render.fields import finite, invalid
from qz_render.image import draw_code, payload_of, target_for
from qz_render.legibility import GOOD_MODULE_MM, assess, print_findings
from qz_render.readback import gray_of, reads_back
from qz_render.remedy import remedies
from qz_render.size import Size, parse_size
from qz_render.style import Style

NOTE = "an estimate by simulated reading, not a verified print grade"
# A symbol reads from about ten times its width away.
DISTANCE_RATIO = 10
LEAST_DISTANCE_MM, MOST_DISTANCE_MM = 10.0, 1_000_000.0
_TRIAL_SCALE = 8


@dataclass(frozen=True, slots=True)
class Trial:
    way: str
    level: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Report:
    """`score` is the share of trials passed, 0 to 100, and 0 when a render would be refused."""

    score: int
    readable: bool
    trials: tuple[Trial, ...]
    contrast: float
    logo_damage: float
    version: int
    error_correction: str
    module_mm: float | None
    smallest_symbol_mm: float
    smallest_image_mm: float
    refusals: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    note: str = NOTE


def check(
    content: Content | str | bytes,
    style: Style | None = None,
    size: Size | int = 512,
    *,
    distance_mm: float | None = None,
) -> Report:
    """Try a code under blur, noise and the like; refusals are reported here, not raised."""
    _check_distance(distance_mm)
    wanted = size if isinstance(size, Size) else parse_size(size)
    payload = payload_of(content)
    drawing = draw_code(payload, style or Style())
    target = target_for(drawing, wanted, None)
    legible, scale = assess(drawing), target.view.scale
    printed = print_findings(target.module_mm)
    refusals = [*legible.refusals, *(problem for refused, problem in printed if refused)]
    if not refusals and not reads_back(drawing, payload, scale):
        refusals = remedies(payload, drawing.style, scale)
    trials = _trials(gray_of(drawing.scene, _TRIAL_SCALE), payload)
    symbol = _smallest_symbol_mm(drawing.matrix.side, distance_mm)
    return Report(
        score=0 if refusals else round(100 * sum(t.passed for t in trials) / len(trials)),
        readable=not refusals,
        trials=trials,
        contrast=legible.contrast,
        logo_damage=legible.logo_damage,
        version=drawing.matrix.version,
        error_correction=drawing.matrix.level,
        module_mm=target.module_mm,
        smallest_symbol_mm=round(symbol, 1),
        smallest_image_mm=round(symbol / drawing.matrix.side * drawing.scene.width, 1),
        refusals=tuple(refusals),
        warnings=(*legible.warnings, *(p for refused, p in printed if not refused)),
    )


def _check_distance(distance_mm: float | None) -> None:
    if distance_mm is None:
        return
    value = finite(distance_mm)
    if value is None or not LEAST_DISTANCE_MM <= value <= MOST_DISTANCE_MM:
        message = f"must be from {LEAST_DISTANCE_MM:g} to {MOST_DISTANCE_MM:,.0f} millimetres"
        invalid("out_of_range", message, "/distance_mm")


def _smallest_symbol_mm(side: int, distance_mm: float | None) -> float:
    """Wide enough for the distance, and for modules that print cleanly."""
    return max((distance_mm or 0) / DISTANCE_RATIO, side * GOOD_MODULE_MM)


def _trials(gray: Gray, payload: bytes) -> tuple[Trial, ...]:
    return tuple(
        Trial(name, level, _reads(way(gray, level, _TRIAL_SCALE), payload))
        for name, (way, levels) in WAYS.items()
        for level in levels
    )


def _reads(gray: Gray, payload: bytes) -> bool:
    """As a phone tries: turned and scaled too."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return any(found.bytes == payload for found in zxingcpp.read_barcodes(gray, formats=formats))
