"""The formats an image can have; a new one is one writer and one line here."""

from collections.abc import Callable
from dataclasses import dataclass

from qz_render.scene import Scene
from qz_render.writers.eps import write_eps
from qz_render.writers.pdf import write_pdf
from qz_render.writers.png import write_png
from qz_render.writers.svg import write_svg
from qz_render.writers.target import Target
from qz_render.writers.webp import write_webp


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    extension: str
    write: Callable[[Scene, Target], bytes]


FORMATS: dict[str, Format] = {
    "png": Format("image/png", "png", write_png),
    "svg": Format("image/svg+xml", "svg", write_svg),
    "webp": Format("image/webp", "webp", write_webp),
    "pdf": Format("application/pdf", "pdf", write_pdf),
    "eps": Format("application/postscript", "eps", write_eps),
}
