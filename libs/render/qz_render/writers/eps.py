"""Encapsulated PostScript, level 3: vector shapes and shadings; see-through parts as pixels."""

import base64
import math
import zlib

import numpy as np
from numpy.typing import NDArray

from qz_render.color import WHITE, Color, Stop
from qz_render.scene import Box, Cells, Fill, GradientPaint, Placed, Scene
from qz_render.writers.flat import beneath_and_with, is_opaque
from qz_render.writers.numbers import short
from qz_render.writers.outlines import Names, operators, outline
from qz_render.writers.pdf.inks import Inks
from qz_render.writers.target import Target

_NAMES = Names("m", "l", "c", "h")
_SHORTHANDS = (
    "/m {moveto} bind def /l {lineto} bind def /c {curveto} bind def /h {closepath} bind def"
)
_LINE = 120


def write_eps(scene: Scene, target: Target) -> bytes:
    view, unit = target.view, target.points_per_unit
    width, height = view.width * unit, view.height * unit
    lines = [*_header(width, height), "save", _SHORTHANDS]
    if scene.background.alpha:
        color = _color(scene.background.over(WHITE))
        lines.append(f"{color} 0 0 {short(width)} {short(height)} rectfill")
    size = unit * view.scale
    x, y = unit * view.dx, height - unit * view.dy
    lines.append(f"[{size:.6f} 0 0 {-size:.6f} {x:.6f} {y:.6f}] concat")
    lines += [_node(scene, index) for index in range(len(scene.nodes))]
    return "\n".join([*lines, "restore", "showpage", "%%EOF", ""]).encode("ascii")


def _header(width: float, height: float) -> list[str]:
    return [
        "%!PS-Adobe-3.0 EPSF-3.0",
        "%%Creator: Quietzone",
        f"%%BoundingBox: 0 0 {math.ceil(width)} {math.ceil(height)}",
        f"%%HiResBoundingBox: 0 0 {width:.4f} {height:.4f}",
        "%%LanguageLevel: 3",
        "%%Pages: 1",
        "%%EndComments",
        "%%Page: 1 1",
    ]


def _node(scene: Scene, index: int) -> str:
    node = scene.nodes[index]
    if not is_opaque(node):
        pixmap = beneath_and_with(scene, index)
        return _image(pixmap.pixels, pixmap.box)
    if isinstance(node, Placed):
        return _image(node.picture.pixels()[:, :, :3], node.box)
    return _fill(node)


def _fill(node: Fill | Cells) -> str:
    path = operators(outline(node), _NAMES)
    if not path:
        return ""
    if isinstance(node.paint, GradientPaint):
        return f"gsave newpath\n{path}\nclip\n{_shading(node.paint)} shfill grestore"
    return f"{_color(node.paint)} newpath\n{path}\nfill"


def _color(color: Color) -> str:
    return " ".join(short(round(channel / 255, 4)) for channel in color.rgb) + " setrgbcolor"


def _shading(paint: GradientPaint) -> str:
    kind = 2
    coordinates = " ".join(short(v) for v in (paint.x0, paint.y0, paint.x1, paint.y1))
    if paint.kind == "radial":
        x, y = short(paint.x0), short(paint.y0)
        kind, coordinates = 3, f"{x} {y} 0 {x} {y} {short(paint.radius)}"
    return (
        f"<< /ShadingType {kind} /ColorSpace /DeviceRGB /Coords [{coordinates}]\n"
        f"/Extend [true true] /Function {_function(paint.stops)} >>"
    )


def _function(stops: tuple[Stop, ...]) -> str:
    """PostScript and PDF write functions alike."""
    return Inks(cmyk=False).gradient(stops).replace(" << /FunctionType", "\n<< /FunctionType")


def _image(pixels: NDArray[np.uint8], box: Box) -> str:
    height, width = pixels.shape[:2]
    packed = zlib.compress(np.ascontiguousarray(pixels).tobytes(), 6)
    text = base64.a85encode(packed, adobe=False).decode("ascii")
    data = "\n".join(text[start : start + _LINE] for start in range(0, len(text), _LINE))
    x, y, across, down = (short(value) for value in box)
    return (
        f"gsave {x} {y} translate {across} {down} scale /DeviceRGB setcolorspace\n"
        f"<< /ImageType 1 /Width {width} /Height {height} /BitsPerComponent 8\n"
        f"/ImageMatrix [{width} 0 0 {height} 0 0] /Decode [0 1 0 1 0 1]\n"
        "/DataSource currentfile /ASCII85Decode filter /FlateDecode filter >> image\n"
        f"{_guarded(data)}\n~>\ngrestore"
    )


def _guarded(data: str) -> str:
    """No line of data may look like a structure comment."""
    return "\n".join(f" {line}" if line.startswith("%") else line for line in data.split("\n"))
