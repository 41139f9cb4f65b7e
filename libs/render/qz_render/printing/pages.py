"""A PDF with one page per code, as for variable data printing."""

from collections.abc import Iterable

from qz_render.image import prove
from qz_render.printing.entry import Entry
from qz_render.size import Size, parse_size
from qz_render.writers.pdf import add_code_page
from qz_render.writers.pdf.document import Document
from qz_render.writers.target import Press


def code_pages(
    entries: Iterable[Entry], size: Size | int = 512, *, press: Press | None = None
) -> bytes:
    """Every code on a page of its own size, each read back; raises like `render`."""
    wanted = size if isinstance(size, Size) else parse_size(size)
    document = Document()
    for entry in entries:
        drawing, target, _ = prove(entry.content, entry.style, wanted, press)
        add_code_page(document, drawing.scene, target)
    return document.finish()
