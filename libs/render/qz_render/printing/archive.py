"""A ZIP of images in any format with a `manifest.csv`, written as it goes along."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from typing import IO

from qz_render.errors import RenderError
from qz_render.formats import FORMATS
from qz_render.image import Image, payload_of, render
from qz_render.printing.entry import Entry
from qz_render.size import Size
from qz_render.writers.target import Press

COLUMNS = ("file", "name", "payload", "format", "width", "height", "sha256", "error")
MANIFEST = "manifest.csv"
_UNSAFE = re.compile(r"[^a-z0-9]+")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# The same entries always make the same archive.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_archive(
    stream: IO[bytes],
    entries: Iterable[Entry],
    format: str = "png",
    size: Size | int = 512,
    *,
    press: Press | None = None,
) -> int:
    """Write the archive; a code that is refused gets a row with the reason. Counts images."""
    rows: list[tuple[object, ...]] = []
    drawn = 0
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for index, entry in enumerate(entries, start=1):
            try:
                image = render(entry.content, entry.style, format, size, press=press)
            except RenderError as refused:
                rows.append(("", entry.name, _payload(entry), format, "", "", "", str(refused)))
                continue
            file = f"{index:05d}-{slug(entry.name)}.{FORMATS[format].extension}"
            archive.writestr(zipfile.ZipInfo(file, _EPOCH), image.data)
            rows.append(_row(file, entry, image))
            drawn += 1
        manifest = zipfile.ZipInfo(MANIFEST, _EPOCH)
        archive.writestr(manifest, _csv(rows), zipfile.ZIP_DEFLATED)
    return drawn


def slug(name: str) -> str:
    """An ASCII file name part; never empty, never a path."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _UNSAFE.sub("-", plain).strip("-")[:60] or "code"


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _row(file: str, entry: Entry, image: Image) -> tuple[object, ...]:
    size = (image.width, image.height)
    return (file, entry.name, _payload(entry), image.format, *size, image.digest, "")


def _payload(entry: Entry) -> str:
    try:
        return payload_of(entry.content).decode("utf-8", "replace")
    except RenderError:
        return ""


def _csv(rows: list[tuple[object, ...]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    # A byte order mark, so that spreadsheets read the names as UTF-8.
    return out.getvalue().encode("utf-8-sig")
