"""Sheets, pages and archives: every code on them reads, and the manifest is safe to open."""

import csv
import io
import zipfile

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from PIL import Image as Pillow

from qz_render import (
    SHEETS,
    Entry,
    Invalid,
    Press,
    Size,
    Unscannable,
    code_pages,
    label_sheets,
    parse_style,
    write_archive,
)
from tests.render.rasters import decoded, pdf_page
from tests.render.samples import sample_style


def entries(count: int) -> list[Entry]:
    style = parse_style({"modules": "rounded"})
    return [Entry(f"Table {i} · Größe", f"https://example.com/t/{i}", style) for i in range(count)]


def page_count(data: bytes) -> int:
    document = pypdfium2.PdfDocument(data)
    count = len(document)
    document.close()
    return count


def codes_on(data: bytes, page: int) -> list[str]:
    image = pdf_page(data, page, 2.5).astype("uint8")
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return sorted(found.text for found in zxingcpp.read_barcodes(image, formats=formats))


@pytest.mark.parametrize("template", SHEETS)
def test_grids_lie_on_their_paper_without_overlap(template: str) -> None:
    grid = SHEETS[template]
    right, bottom = grid.place(grid.count - 1)
    assert right + grid.label[0] <= grid.paper[0]
    assert bottom + grid.label[1] <= grid.paper[1]
    assert grid.pitch[0] >= grid.label[0]
    assert grid.pitch[1] >= grid.label[1]


@pytest.mark.parametrize("template", ["a4-3x8", "letter-2x5"])
def test_every_label_of_a_full_sheet_reads(template: str) -> None:
    count = SHEETS[template].count
    sheet = label_sheets(entries(count), template)
    assert page_count(sheet) == 1
    assert codes_on(sheet, 0) == sorted(f"https://example.com/t/{i}" for i in range(count))


def test_skipped_labels_stay_free_and_the_rest_flows_on() -> None:
    sheet = label_sheets(entries(14), "a4-2x7", skip=2)
    assert page_count(sheet) == 2
    assert len(codes_on(sheet, 0)) == 12
    assert len(codes_on(sheet, 1)) == 2


def test_unknown_template_and_bad_skip_are_refused() -> None:
    with pytest.raises(Invalid, match="a4-3x8"):
        label_sheets(entries(1), "a5")
    with pytest.raises(Invalid):
        label_sheets(entries(1), "a4-2x7", skip=14)


def test_label_too_small_for_its_code_is_refused() -> None:
    with pytest.raises(Unscannable, match="print it larger"):
        label_sheets([Entry("x", "y" * 900)], "a4-5x13")


def test_pages_hold_one_code_each_with_marks_outside_the_trim() -> None:
    press = Press(cmyk=True, bleed_mm=3, crop_marks=True)
    data = code_pages(entries(3), Size(600, 40, 381), press=press)
    assert page_count(data) == 3
    for page in range(3):
        assert decoded(pdf_page(data, page, 3)) == f"https://example.com/t/{page}".encode()


def test_background_reaches_into_the_bleed() -> None:
    entry = Entry("x", "https://example.com", parse_style({"background": "#fde047"}))
    data = code_pages([entry], Size(600, 40, 381), press=Press(bleed_mm=3))
    assert pdf_page(data, 0, 2)[2, 2].tolist() == [253, 224, 71]


def archived(batch: list[Entry], format: str = "png") -> tuple[zipfile.ZipFile, list[list[str]]]:
    stream = io.BytesIO()
    write_archive(stream, batch, format, 256)
    archive = zipfile.ZipFile(stream)
    text = archive.read("manifest.csv").decode("utf-8-sig")
    return archive, list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("format", ["png", "svg", "webp", "pdf", "eps"])
def test_archive_holds_every_image_and_a_row_for_it(format: str) -> None:
    archive, rows = archived(entries(3), format)
    files = [name for name in archive.namelist() if name != "manifest.csv"]
    assert files == [row[0] for row in rows[1:]]
    assert files[0] == f"00001-table-0-groe.{format}"
    assert rows[1][2] == "https://example.com/t/0"


def test_archived_image_reads() -> None:
    archive, rows = archived([Entry("logo", "https://example.com", sample_style("logo"))])
    image = Pillow.open(io.BytesIO(archive.read(rows[1][0])))
    assert zxingcpp.read_barcodes(image)[0].text == "https://example.com"


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@SUM(A1)", "\tx", "\rx"])
def test_manifest_cells_are_never_formulas(name: str) -> None:
    _, rows = archived([Entry(name, "=HYPERLINK(1)")])
    assert rows[1][1] == f"'{name}"
    assert rows[1][2] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "C:\\x", "", "日本"])
def test_file_names_are_plain(name: str) -> None:
    archive, _ = archived([Entry(name, "x")])
    assert all(c.isalnum() or c in "-." for c in archive.namelist()[0])


def test_refused_code_gets_a_row_with_the_reason() -> None:
    bad = Entry("bad", "x", parse_style({"foreground": "#ffffff"}))
    archive, rows = archived([*entries(1), bad, Entry("long", "x" * 3000)])
    assert len(archive.namelist()) == 2
    assert "contrast" in rows[2][7]
    assert "2,048" in rows[3][7]


def test_equal_batches_make_equal_archives() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for stream in (first, second):
        write_archive(stream, entries(2), size=256)
    assert first.getvalue() == second.getvalue()
