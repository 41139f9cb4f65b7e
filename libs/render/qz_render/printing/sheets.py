"""Label sheets: grids of A4 and Letter, named by paper, columns and rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from qz_render.color import BLACK
from qz_render.fields import invalid
from qz_render.image import prove
from qz_render.printing.entry import Entry
from qz_render.scene import Fill
from qz_render.size import Size
from qz_render.text import caption, missing_glyph
from qz_render.writers.pdf.document import Document, PageBoxes
from qz_render.writers.pdf.inks import Inks
from qz_render.writers.pdf.page import Page
from qz_render.writers.target import POINTS_PER_MM, Press

A4, LETTER = (210.0, 297.0), (215.9, 279.4)
_PADDING_MM, _CAPTION_MM, _LETTERS_MM = 1.5, 4.0, 1.8
# Codes on sheets are vectors; this only fixes the proportion of margin to modules.
_DRAWN_PIXELS = 1024


@dataclass(frozen=True, slots=True)
class Grid:
    """Where labels lie on a sheet, in millimetres."""

    paper: tuple[float, float]
    columns: int
    rows: int
    label: tuple[float, float]
    corner: tuple[float, float]
    pitch: tuple[float, float]

    @property
    def count(self) -> int:
        return self.columns * self.rows

    def place(self, index: int) -> tuple[float, float]:
        """Left and top of a label, counted row by row."""
        row, column = divmod(index, self.columns)
        return self.corner[0] + column * self.pitch[0], self.corner[1] + row * self.pitch[1]


SHEETS: dict[str, Grid] = {
    "a4-2x7": Grid(A4, 2, 7, (99.1, 38.1), (4.65, 15.15), (101.6, 38.1)),
    "a4-3x7": Grid(A4, 3, 7, (63.5, 38.1), (7.25, 15.15), (66.0, 38.1)),
    "a4-3x8": Grid(A4, 3, 8, (63.5, 33.9), (7.25, 12.9), (66.0, 33.9)),
    "a4-4x6-square": Grid(A4, 4, 6, (45.0, 45.0), (10.5, 8.5), (48.0, 47.0)),
    "a4-5x13": Grid(A4, 5, 13, (38.1, 21.2), (4.75, 10.7), (40.6, 21.2)),
    "letter-2x5": Grid(LETTER, 2, 5, (101.6, 50.8), (3.95, 12.7), (106.4, 50.8)),
    "letter-3x10": Grid(LETTER, 3, 10, (66.7, 25.4), (4.8, 12.7), (69.85, 25.4)),
    "letter-3x4-square": Grid(LETTER, 3, 4, (50.8, 50.8), (15.75, 15.9), (66.8, 65.6)),
}


def label_sheets(
    entries: Iterable[Entry],
    template: str,
    *,
    captions: bool = True,
    skip: int = 0,
    press: Press | None = None,
) -> bytes:
    """A PDF of as many sheets as are needed; `skip` leaves the first labels of the first free."""
    grid = SHEETS.get(template)
    if grid is None:
        invalid("unknown_template", f"must be one of: {', '.join(SHEETS)}", "/template")
    if not 0 <= skip < grid.count:
        invalid("out_of_range", f"must be from 0 to {grid.count - 1}", "/skip")
    document, waiting = Document(), iter(entries)
    first, batch = skip, list(islice(waiting, grid.count - skip))
    while batch:
        _sheet(document, grid, batch, first, captions, press or Press())
        first, batch = 0, list(islice(waiting, grid.count))
    return document.finish()


def _sheet(
    document: Document,
    grid: Grid,
    batch: Sequence[Entry],
    first: int,
    captions: bool,
    press: Press,
) -> None:
    width, height = (side * POINTS_PER_MM for side in grid.paper)
    page = Page(document, Inks(press.cmyk))
    for index, entry in enumerate(batch, start=first):
        _label(page, grid, entry, grid.place(index), captions)
    page.close(PageBoxes(width, height))


def _label(
    page: Page, grid: Grid, entry: Entry, corner: tuple[float, float], captions: bool
) -> None:
    """The code as large as the label allows, its name below."""
    written = captions and bool(entry.name) and not missing_glyph(entry.name)
    room = grid.label[1] - 2 * _PADDING_MM - (_CAPTION_MM if written else 0)
    drawing, _, _ = prove(entry.content, entry.style, Size(_DRAWN_PIXELS), None)
    shape = drawing.scene.width / drawing.scene.height
    width = min(grid.label[0] - 2 * _PADDING_MM, room * shape)
    drawing, target, _ = prove(entry.content, entry.style, Size(_DRAWN_PIXELS, width, 300), None)
    left = corner[0] + (grid.label[0] - width) / 2
    top = corner[1] + _PADDING_MM
    x, y = left * POINTS_PER_MM, (grid.paper[1] - top) * POINTS_PER_MM
    page.scene(drawing.scene, target.view, x, y, target.points_per_unit)
    if written:
        _caption(page, grid, entry.name, corner)


def _caption(page: Page, grid: Grid, name: str, corner: tuple[float, float]) -> None:
    x = (corner[0] + _PADDING_MM) * POINTS_PER_MM
    bottom = corner[1] + grid.label[1] - _PADDING_MM - _CAPTION_MM
    y = (grid.paper[1] - bottom) * POINTS_PER_MM
    width = (grid.label[0] - 2 * _PADDING_MM) * POINTS_PER_MM
    middle = (_CAPTION_MM - _LETTERS_MM) / 2 * POINTS_PER_MM
    letters = caption(name, 0, middle, width, _LETTERS_MM * POINTS_PER_MM)
    page.shape(Fill(letters, BLACK), x, y)
