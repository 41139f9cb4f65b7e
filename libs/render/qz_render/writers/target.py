"""Where a scene goes: its canvas, its physical size, and how it is printed."""

from dataclasses import dataclass, field

from qz_render.scene import View
from qz_render.size import Size

POINTS_PER_MM = 72 / 25.4
_POINTS_PER_PIXEL = 0.75  # a CSS pixel, 1/96 inch


@dataclass(frozen=True, slots=True)
class Press:
    """How a PDF is made for a printer; other formats take no notice."""

    cmyk: bool = False
    bleed_mm: float = 0.0
    crop_marks: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    view: View
    size: Size
    press: Press = field(default_factory=Press)

    @property
    def points_per_unit(self) -> float:
        """Points of one view unit on paper."""
        if self.size.mm is None:
            return _POINTS_PER_PIXEL
        return self.size.mm * POINTS_PER_MM / self.view.width

    @property
    def module_mm(self) -> float | None:
        """Millimetres of one module, when the size is in print units."""
        if self.size.mm is None:
            return None
        return round(self.size.mm * self.view.scale / self.view.width, 3)
