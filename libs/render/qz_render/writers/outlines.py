"""The outline of a node as operators that PDF and PostScript share but for their names."""

from dataclasses import dataclass

from qz_render.geometry import Path, join, rectangle
from qz_render.scene import Cells, Fill
from qz_render.shapes.modules import module_outline
from qz_render.writers.numbers import short


@dataclass(frozen=True, slots=True)
class Names:
    """What a language calls the four path operators."""

    move: str
    line: str
    curve: str
    close: str

    def of(self, letter: str) -> str:
        return {"M": self.move, "L": self.line, "C": self.curve, "Z": self.close}[letter]


def outline(node: Fill | Cells) -> Path:
    return node.path if isinstance(node, Fill) else _cells(node)


def operators(path: Path, names: Names) -> str:
    """One operator a line."""
    return "\n".join(
        " ".join((*(short(value) for value in op[1:]), names.of(op[0]))) for op in path.ops
    )


def _cells(node: Cells) -> Path:
    if node.shape == "square":
        return join(_row_runs(node))
    rows, columns = node.variants.nonzero()
    return join(
        module_outline(node.shape, int(node.variants[row, column]) - 1).moved(
            int(column) + node.x, int(row) + node.y
        )
        for row, column in zip(rows, columns, strict=True)
    )


def _row_runs(node: Cells) -> list[Path]:
    """Dark modules side by side as one rectangle, so that no hairline shows between them."""
    runs = []
    for row, line in enumerate(node.variants.tolist()):
        start = None
        for column, dark in enumerate([*line, 0]):
            if dark and start is None:
                start = column
            if not dark and start is not None:
                width = column - start
                runs.append(rectangle(start + node.x, row + node.y, width, 1))
                start = None
    return runs
