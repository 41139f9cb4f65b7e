"""The skeleton of a PDF file: numbered objects, pages, cross-reference table. No dates, no luck:
the same pages always make the same bytes."""

import hashlib
import zlib
from dataclasses import dataclass

from qz_render.writers.numbers import short


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Sizes in points: the sheet, and how far bleed and trim lie inside it."""

    width: float
    height: float
    trim: float = 0.0
    bleed: float = 0.0

    def array(self, inset: float) -> str:
        right, top = self.width - inset, self.height - inset
        return f"[{' '.join(short(v) for v in (inset, inset, right, top))}]"


class Document:
    """Collects objects and pages; `finish` gives the file."""

    def __init__(self) -> None:
        self._objects: list[bytes] = [b"", b""]  # catalogue and page tree come last
        self._pages: list[int] = []

    def add(self, body: str | bytes) -> int:
        """A new object; returns its number."""
        self._objects.append(body.encode("ascii") if isinstance(body, str) else body)
        return len(self._objects)

    def add_stream(self, entries: str, data: bytes) -> int:
        packed = zlib.compress(data, 6)
        head = f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
        return self.add(head.encode("ascii") + packed + b"\nendstream")

    def add_page(self, boxes: PageBoxes, content: bytes, resources: str) -> None:
        stream = self.add_stream("", content)
        page = self.add(
            f"<< /Type /Page /Parent 2 0 R /MediaBox {boxes.array(0)} "
            f"/BleedBox {boxes.array(boxes.bleed)} /TrimBox {boxes.array(boxes.trim)} "
            f"/Resources << {resources} >> /Contents {stream} 0 R >>"
        )
        self._pages.append(page)

    def finish(self) -> bytes:
        self._objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        tree = f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>"
        self._objects[1] = tree.encode("ascii")
        parts = [b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n"]
        offsets, at = [], len(parts[0])
        for number, body in enumerate(self._objects, start=1):
            offsets.append(at)
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
            at += len(parts[-1])
        return b"".join((*parts, self._trailer(offsets, at, parts)))

    def _trailer(self, offsets: list[int], start: int, parts: list[bytes]) -> bytes:
        count = len(offsets) + 1
        rows = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
        identity = hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()
        return (
            f"xref\n0 {count}\n0000000000 65535 f \n{rows}"
            f"trailer\n<< /Size {count} /Root 1 0 R /ID [<{identity}> <{identity}>] >>\n"
            f"startxref\n{start}\n%%EOF\n"
        ).encode("ascii")
