"""All styles in all formats as small images with what a foreign reader finds in each.

Run: python -m tests.bench.contact_sheet (needs ghostscript for EPS); writes docs/contact-sheet.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from qz_render import FORMATS, Entry, Press, Size, code_pages, label_sheets, render
from tests.render.rasters import Pixels, decoded, pdf_page, rasterised
from tests.render.samples import STYLES, sample_style

FOLDER = Path(__file__).parents[2] / "docs" / "contact-sheet"
URL = "https://example.com/contact"
PIXELS, CELL, LABEL, STYLES_A_SHEET = 200, (176, 216), 150, 8
INK, RULE = (17, 24, 39), (229, 231, 235)


def main() -> None:
    results: dict[str, dict[str, bool]] = {}
    names = iter(STYLES)
    for number, batch in enumerate(iter(lambda: list(islice(names, STYLES_A_SHEET)), []), 1):
        sheet(batch, results).save(FOLDER / f"styles-{number}.png", optimize=True)
    print_samples()
    (FOLDER / "README.md").write_text("\n".join(readme(results, number)) + "\n")
    failed = [f"{s} {f}" for s, row in results.items() for f, read in row.items() if not read]
    print(f"{len(results)} styles x {len(FORMATS)} formats, unread: {failed or 'none'}")


def sheet(names: list[str], results: dict[str, dict[str, bool]]) -> Pillow.Image:
    """One row a style, one column a format."""
    width, height = LABEL + CELL[0] * len(FORMATS), 30 + CELL[1] * len(names)
    page = Pillow.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(14)
    for column, format in enumerate(FORMATS):
        pen.text((LABEL + CELL[0] * (column + 0.5), 16), format, INK, font, anchor="mm")
    for row, name in enumerate(names):
        top = 30 + CELL[1] * row
        pen.line((0, top, width, top), RULE)
        pen.text((12, top + CELL[1] / 2), name, INK, font, anchor="lm")
        for column, format in enumerate(FORMATS):
            pixels = drawn(name, format)
            results.setdefault(name, {})[format] = decoded(pixels) == URL.encode()
            paste(page, pixels, LABEL + CELL[0] * column, top)
    return page.quantize(200, dither=Pillow.Dither.NONE)


def drawn(name: str, format: str) -> Pixels:
    return rasterised(render(URL, sample_style(name), format, PIXELS).data, format)


def paste(page: Pillow.Image, pixels: Pixels, left: int, top: int) -> None:
    """In the middle of its cell, no larger than the cell."""
    image = Pillow.fromarray(pixels.astype(np.uint8))
    image.thumbnail((CELL[0] - 12, CELL[1] - 12), Pillow.Resampling.LANCZOS)
    place = (left + (CELL[0] - image.width) // 2, top + (CELL[1] - image.height) // 2)
    page.paste(image, place)


def print_samples() -> None:
    """A sheet of labels, and a page for the press with bleed and marks."""
    entries = [
        Entry(f"Table {number}", f"https://example.com/t/{number}", sample_style("rounded"))
        for number in range(1, 25)
    ]
    labels = pdf_page(label_sheets(entries, "a4-3x8"), 0, 1.0)
    Pillow.fromarray(labels.astype(np.uint8)).convert("L").save(FOLDER / "labels.png")
    press = Press(cmyk=True, bleed_mm=3, crop_marks=True)
    entry = Entry("press", URL, sample_style("radial"))
    page = pdf_page(code_pages([entry], Size(709, 60, 300), press=press), 0, 1.6)
    Pillow.fromarray(page.astype(np.uint8)).quantize(128).save(FOLDER / "press.png")


def readme(results: dict[str, dict[str, bool]], sheets: int) -> Iterator[str]:
    yield "# Contact sheet"
    yield (
        f"Every style in every format, {PIXELS} px wide, drawn from one scene. PNG and WebP are "
        "read by Pillow, SVG is rasterised by resvg, PDF by PDFium, EPS by Ghostscript; each is "
        "then read by zxing-cpp. Made by `python -m tests.bench.contact_sheet`."
    )
    yield ""
    for number in range(1, sheets + 1):
        yield f"![styles, part {number}](styles-{number}.png)"
    yield ""
    yield "A sheet of labels, and a page for the press (CMYK, 3 mm bleed, crop marks):"
    yield ""
    yield "![labels](labels.png) ![press](press.png)"
    yield ""
    yield "## Decode results"
    yield f"| style | {' | '.join(FORMATS)} |"
    yield f"| --- |{' --- |' * len(FORMATS)}"
    for name, row in results.items():
        yield f"| {name} | {' | '.join('read' if row[f] else 'NOT READ' for f in FORMATS)} |"


if __name__ == "__main__":
    main()
