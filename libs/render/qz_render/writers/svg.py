"""SVG: the reference writer. Markup goes through an XML writer, numbers through one formatter."""

import base64
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from qz_render.color import Color
from qz_render.geometry import Op, Path, numbers
from qz_render.scene import Cells, Fill, GradientPaint, Paint, Placed, Scene, View
from qz_render.shapes.modules import module_outline
from qz_render.writers.numbers import short
from qz_render.writers.png import encode_pixels
from qz_render.writers.target import Target

_NAMESPACE = "http://www.w3.org/2000/svg"


def write_svg(scene: Scene, target: Target) -> bytes:
    """The scene as SVG; one user unit is one pixel of the raster formats."""
    view = target.view
    root = _root(view, target.size.mm)
    if scene.title:
        ElementTree.SubElement(root, "title").text = scene.title
    definitions = _Definitions(root)
    if scene.background.alpha:
        size = {"width": str(view.width), "height": str(view.height)}
        ElementTree.SubElement(root, "rect", size | _color(scene.background))
    move = f"translate({view.dx} {view.dy}) scale({view.scale})"
    group = ElementTree.SubElement(root, "g", {"transform": move})
    for node in scene.nodes:
        if isinstance(node, Placed):
            _picture(group, node)
        else:
            ElementTree.SubElement(group, "path", _attributes(node, definitions))
    written: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _root(view: View, millimetres: float | None) -> ElementTree.Element:
    width, height = f"{view.width}", f"{view.height}"
    if millimetres:
        width = f"{short(millimetres)}mm"
        height = f"{short(millimetres * view.height / view.width)}mm"
    return ElementTree.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "width": width,
            "height": height,
            "viewBox": f"0 0 {view.width} {view.height}",
        },
    )


class _Definitions:
    """Gradients used so far; each is written once, before it is used."""

    def __init__(self, root: ElementTree.Element) -> None:
        self._root = root
        self._element: ElementTree.Element | None = None
        self._names: dict[GradientPaint, str] = {}

    def name(self, paint: GradientPaint) -> str:
        if paint not in self._names:
            self._names[paint] = f"g{len(self._names)}"
            self._add(paint)
        return self._names[paint]

    def _add(self, paint: GradientPaint) -> None:
        if self._element is None:
            self._element = ElementTree.SubElement(self._root, "defs")
        attributes = {"id": self._names[paint], "gradientUnits": "userSpaceOnUse"}
        if paint.kind == "radial":
            attributes |= {"cx": short(paint.x0), "cy": short(paint.y0), "r": short(paint.radius)}
        else:
            ends = ("x1", paint.x0), ("y1", paint.y0), ("x2", paint.x1), ("y2", paint.y1)
            attributes |= {name: short(value) for name, value in ends}
        gradient = ElementTree.SubElement(self._element, f"{paint.kind}Gradient", attributes)
        for stop in paint.stops:
            colors = {"offset": short(stop.offset), "stop-color": stop.color.hex}
            if not stop.color.opaque:
                colors["stop-opacity"] = short(stop.color.alpha / 255)
            ElementTree.SubElement(gradient, "stop", colors)


def _attributes(node: Fill | Cells, definitions: _Definitions) -> dict[str, str]:
    crisp = isinstance(node, Cells) and node.shape == "square"
    data = cells_data(node) if isinstance(node, Cells) else path_data(node.path)
    attributes = {"d": data} | _fill(node.paint, definitions)
    return attributes | {"shape-rendering": "crispEdges"} if crisp else attributes


def _fill(paint: Paint, definitions: _Definitions) -> dict[str, str]:
    if isinstance(paint, Color):
        return _color(paint)
    return {"fill": f"url(#{definitions.name(paint)})"}


def _color(color: Color) -> dict[str, str]:
    opacity = {} if color.opaque else {"fill-opacity": short(color.alpha / 255)}
    return {"fill": color.hex} | opacity


def path_data(path: Path) -> str:
    return "".join(f"{op[0]}{' '.join(short(v) for v in numbers(op))}" for op in path.ops)


def cells_data(node: Cells) -> str:
    """All modules as one path; squares of a row run together."""
    if node.shape == "square":
        return _runs(node.variants, node.x, node.y)
    rows, columns = np.nonzero(node.variants)
    kinds = node.variants[rows, columns]
    outlines = {int(kind): _relative(node.shape, int(kind) - 1, node) for kind in np.unique(kinds)}
    parts = []
    for row, column, kind in zip(rows.tolist(), columns.tolist(), kinds.tolist(), strict=True):
        xs, ys, rest = outlines[kind]
        parts.append(f"M{xs[column]} {ys[row]}{rest}")
    return "".join(parts)


def _runs(variants: NDArray[np.uint8], x: int, y: int) -> str:
    """Horizontal runs of dark modules as rectangles."""
    padded = np.zeros((variants.shape[0], variants.shape[1] + 2), np.int8)
    padded[:, 1:-1] = variants != 0
    rows, edges = np.nonzero(np.diff(padded, axis=1))
    starts, ends, at = edges[0::2], edges[1::2], rows[0::2]
    return "".join(
        f"M{start + x} {row + y}h{end - start}v1h{start - end}z"
        for start, end, row in zip(starts.tolist(), ends.tolist(), at.tolist(), strict=True)
    )


def _relative(shape: str, variant: int, node: Cells) -> tuple[list[str], list[str], str]:
    """Where the outline starts in each column and row, and the rest of it in relative commands."""
    first, *rest = module_outline(shape, variant).ops
    x, y = numbers(first)
    count = range(len(node.variants))
    starts = [short(node.x + index + x) for index in count]
    tops = [short(node.y + index + y) for index in count]
    return starts, tops, _relative_ops(rest, x, y)


def _relative_ops(ops: list[Op], x: float, y: float) -> str:
    parts = []
    for op in ops:
        values = numbers(op)
        shifts = (value - (x, y)[index % 2] for index, value in enumerate(values))
        parts.append(f"{str(op[0]).lower()}{' '.join(short(shift) for shift in shifts)}")
        if values:
            x, y = values[-2:]
    return "".join(parts)


def _picture(group: ElementTree.Element, node: Placed) -> None:
    x, y, width, height = (short(value) for value in node.box)
    data = base64.b64encode(encode_pixels(node.picture.pixels())).decode("ascii")
    ElementTree.SubElement(
        group,
        "image",
        {
            "x": x,
            "y": y,
            "width": width,
            "height": height,
            "preserveAspectRatio": "none",
            "href": f"data:image/png;base64,{data}",
        },
    )
