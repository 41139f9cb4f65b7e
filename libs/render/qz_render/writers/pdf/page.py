"""Paints scenes on one PDF page: vector shapes, shadings and pictures, in RGB or CMYK."""

import numpy as np
from numpy.typing import NDArray

from qz_render.color import Color
from qz_render.scene import Box, Cells, Fill, GradientPaint, Node, Placed, Scene, View
from qz_render.writers.flat import alone, is_clear_gradient
from qz_render.writers.numbers import short
from qz_render.writers.outlines import Names, operators, outline
from qz_render.writers.pdf.document import Document, PageBoxes
from qz_render.writers.pdf.inks import Inks

_NAMES = Names("m", "l", "c", "h")
Matrix = tuple[float, float, float, float, float, float]


class Page:
    """Operators and resources of a page; the origin is the lower left corner of the sheet."""

    def __init__(self, document: Document, inks: Inks) -> None:
        self._document = document
        self._inks = inks
        self._operators: list[str] = []
        self._resources: dict[str, dict[str, int]] = {"ExtGState": {}, "Pattern": {}, "XObject": {}}

    def rectangle(self, box: Box, color: Color) -> None:
        """A filled rectangle in points, y from below."""
        values = " ".join(short(value) for value in box)
        self._operators.append(f"q {self._alpha(color)}{self._inks.fill(color)} {values} re f Q")

    def lines(self, segments: list[tuple[float, float, float, float]], width: float) -> None:
        """Hairlines in registration colour."""
        drawn = " ".join(
            f"{short(x0)} {short(y0)} m {short(x1)} {short(y1)} l S" for x0, y0, x1, y1 in segments
        )
        self._operators.append(f"q {self._inks.registration()} {short(width)} w {drawn} Q")

    def scene(self, scene: Scene, view: View, x: float, y: float, unit: float) -> None:
        """A scene whose upper left corner lies at (x, y); `unit` is points per view unit."""
        size = unit * view.scale
        matrix = (size, 0.0, 0.0, -size, x + unit * view.dx, y - unit * view.dy)
        self._operators.append(f"q {_matrix(matrix)} cm")
        for node in scene.nodes:
            self._node(scene, node, matrix)
        self._operators.append("Q")

    def shape(self, node: Fill, x: float, y: float) -> None:
        """An outline in points, y pointing down from (x, y)."""
        matrix = (1.0, 0.0, 0.0, -1.0, x, y)
        self._operators.append(f"q {_matrix(matrix)} cm")
        self._fill(node, matrix)
        self._operators.append("Q")

    def close(self, boxes: PageBoxes) -> None:
        resources = " ".join(
            f"/{kind} << {' '.join(f'/{name} {ref} 0 R' for name, ref in entries.items())} >>"
            for kind, entries in self._resources.items()
            if entries
        )
        self._document.add_page(boxes, "\n".join(self._operators).encode("ascii"), resources)

    def _node(self, scene: Scene, node: Node, matrix: Matrix) -> None:
        if is_clear_gradient(node):
            pixmap = alone(scene, node)
            self._image(pixmap.pixels, pixmap.box)
        elif isinstance(node, Placed):
            self._image(node.picture.pixels(), node.box)
        else:
            self._fill(node, matrix)

    def _fill(self, node: Fill | Cells, matrix: Matrix) -> None:
        path = operators(outline(node), _NAMES)
        if not path:
            return
        if isinstance(node.paint, GradientPaint):
            name = self._named("Pattern", self._pattern(node.paint, matrix))
            self._operators.append(f"/Pattern cs /{name} scn\n{path}\nf")
        else:
            color = self._inks.fill(node.paint)
            self._operators.append(f"q {self._alpha(node.paint)}{color}\n{path}\nf Q")

    def _alpha(self, color: Color) -> str:
        if color.opaque:
            return ""
        state = self._document.add(f"<< /Type /ExtGState /ca {short(color.alpha / 255)} >>")
        return f"/{self._named('ExtGState', state)} gs "

    def _pattern(self, paint: GradientPaint, matrix: Matrix) -> int:
        ends = (paint.x0, paint.y0, paint.x1, paint.y1)
        coordinates = " ".join(short(value) for value in ends)
        kind = 2
        if paint.kind == "radial":
            x, y = short(paint.x0), short(paint.y0)
            kind, coordinates = 3, f"{x} {y} 0 {x} {y} {short(paint.radius)}"
        function = self._document.add(self._inks.gradient(paint.stops))
        return self._document.add(
            f"<< /Type /Pattern /PatternType 2 /Matrix [{_matrix(matrix)}] /Shading "
            f"<< /ShadingType {kind} /ColorSpace {self._inks.space} /Coords [{coordinates}] "
            f"/Function {function} 0 R /Extend [true true] >> >>"
        )

    def _image(self, pixels: NDArray[np.uint8], box: Box) -> None:
        """Pixels over a box in module units; y points down, so the picture is turned over."""
        height, width = pixels.shape[:2]
        size = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8"
        mask = ""
        if pixels.shape[2] == 4 and (pixels[:, :, 3] != 255).any():
            alpha = np.ascontiguousarray(pixels[:, :, 3]).tobytes()
            mask = (
                f" /SMask {self._document.add_stream(f'{size} /ColorSpace /DeviceGray', alpha)} 0 R"
            )
        data = self._inks.pixels(np.ascontiguousarray(pixels[:, :, :3])).tobytes()
        image = self._document.add_stream(f"{size} /ColorSpace {self._inks.space}{mask}", data)
        x, y, across, down = box
        place = _matrix((across, 0, 0, -down, x, y + down))
        self._operators.append(f"q {place} cm /{self._named('XObject', image)} Do Q")

    def _named(self, kind: str, number: int) -> str:
        name = f"{kind[0]}{len(self._resources[kind])}"
        self._resources[kind][name] = number
        return name


def _matrix(values: Matrix) -> str:
    return " ".join(f"{value:.6f}".rstrip("0").rstrip(".") for value in values)
