"""What every frame is given and gives back."""

from collections.abc import Callable
from dataclasses import dataclass

from qz_render.color import Color
from qz_render.geometry import Path


@dataclass(frozen=True, slots=True)
class FrameSpec:
    """`panel`: side of symbol and quiet zone in modules; the frame draws around it."""

    panel: int
    text: str
    color: Color
    text_color: Color

    def part(self, share: float, least: int = 1) -> int:
        """A share of the panel in whole modules, so that modules stay on whole pixels."""
        return max(least, round(self.panel * share))


@dataclass(frozen=True, slots=True)
class FrameLayout:
    """The canvas in modules, where the panel lies on it, and what is painted, in order."""

    width: int
    height: int
    panel_x: int
    panel_y: int
    paints: tuple[tuple[Path, Color], ...] = ()


Frame = Callable[[FrameSpec], FrameLayout]
