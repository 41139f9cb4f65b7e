"""Colours of a PDF in RGB or CMYK: operators, gradient functions, pixels."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qz_render.color import Color, Stop
from qz_render.writers.numbers import short


@dataclass(frozen=True, slots=True)
class Inks:
    """One colour space for a whole file."""

    cmyk: bool

    @property
    def space(self) -> str:
        return "/DeviceCMYK" if self.cmyk else "/DeviceRGB"

    def components(self, color: Color) -> str:
        pixel = np.array([[color.rgb]], np.uint8)
        return " ".join(short(round(int(v) / 255, 4)) for v in self.pixels(pixel)[0, 0])

    def fill(self, color: Color) -> str:
        return f"{self.components(color)} {'k' if self.cmyk else 'rg'}"

    def registration(self) -> str:
        """Stroke for marks that must show on every plate."""
        return "1 1 1 1 K" if self.cmyk else "0 0 0 RG"

    def pixels(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """RGB pixels in this space; black becomes pure K, as printers want it."""
        if not self.cmyk:
            return rgb
        light = rgb.max(axis=2, keepdims=True).astype(np.uint16)
        safe = np.maximum(light, 1)
        inks = ((light - rgb) * 255 + safe // 2) // safe
        return np.concatenate([inks, 255 - light], axis=2).astype(np.uint8)

    def gradient(self, stops: tuple[Stop, ...]) -> str:
        """A function from 0..1 to colours: one straight piece between each two stops."""
        known = [(stop.offset, self.components(stop.color)) for stop in stops]
        known = [(0.0, known[0][1]), *known, (1.0, known[-1][1])]
        pairs = [(a, b) for a, b in pairwise(known) if b[0] > a[0]]
        pieces = " ".join(
            f"<< /FunctionType 2 /Domain [0 1] /N 1 /C0 [{a[1]}] /C1 [{b[1]}] >>" for a, b in pairs
        )
        bounds = " ".join(short(b[0]) for _, b in pairs[:-1])
        encode = "0 1 " * len(pairs)
        return (
            f"<< /FunctionType 3 /Domain [0 1] /Functions [{pieces}] "
            f"/Bounds [{bounds}] /Encode [{encode.strip()}] >>"
        )
