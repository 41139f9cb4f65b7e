"""Sizes are bounded, whatever number is sent."""

import pytest

from qz_render import Invalid, Press, Size, Style, TooLong, Unscannable, parse_size, render


@pytest.mark.parametrize(
    "size",
    [0, -1, 63, 4097, 10**9, 10**400, 1e400, float("nan"), 100.5, "512", True, [], b"x"],
)
def test_sizes_out_of_bounds_are_refused(size: object) -> None:
    with pytest.raises(Invalid) as refused:
        parse_size(size)
    assert refused.value.pointer == "/size"


@pytest.mark.parametrize(
    ("size", "pointer"),
    [
        ({}, "/size/mm"),
        ({"mm": 0}, "/size/mm"),
        ({"mm": float("inf")}, "/size/mm"),
        ({"mm": 30, "dpi": 1}, "/size/dpi"),
        ({"mm": 30, "dpi": 300, "cm": 3}, "/size/cm"),
        ({"mm": 900, "dpi": 600}, "/size"),
    ],
)
def test_print_sizes_out_of_bounds_are_refused(size: object, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_size(size)
    assert refused.value.pointer == pointer


def test_sizes_in_bounds_are_taken() -> None:
    assert parse_size(None) == Size(512)
    assert parse_size(64.0) == Size(64)
    assert parse_size({"mm": 25.4, "dpi": 600}) == Size(600, 25.4, 600)


@pytest.mark.parametrize("format", ["png", "svg", "webp", "pdf", "eps"])
def test_image_is_as_wide_as_asked_for(format: str) -> None:
    for pixels in (64, 301, 512):
        image = render("https://example.com", Style(), format, pixels)
        assert (image.width, image.height) == (pixels, pixels)


def test_too_many_modules_for_the_size_are_refused() -> None:
    with pytest.raises(TooLong) as refused:
        render("x" * 1500, size=100)
    assert refused.value.code == "size_too_small"


def test_print_size_tells_the_width_of_a_module() -> None:
    image = render("https://example.com", size=Size(709, 60, 300))
    assert image.module_mm == pytest.approx(60 * image.module_pixels / 709, abs=0.001)
    assert not image.warnings


def test_small_print_modules_are_warned_of_and_tiny_ones_refused() -> None:
    small = render("https://example.com", size=parse_size({"mm": 12, "dpi": 600}))
    assert [warning.code for warning in small.warnings] == ["module_small"]
    with pytest.raises(Unscannable) as refused:
        render("https://example.com", size=parse_size({"mm": 6, "dpi": 600}))
    assert refused.value.problems[0].code == "module_too_small"


def test_png_of_a_print_size_names_its_density() -> None:
    image = render("https://example.com", size=parse_size({"mm": 50, "dpi": 300}))
    assert b"pHYs" in image.data


def test_pdf_page_has_the_size_in_points() -> None:
    import pypdfium2  # type: ignore[import-untyped]

    size = parse_size({"mm": 50.8, "dpi": 300})
    press = Press(bleed_mm=3, crop_marks=True)
    document = pypdfium2.PdfDocument(render("https://example.com", None, "pdf", size).data)
    assert document[0].get_size() == pytest.approx((144, 144), abs=0.01)
    document.close()
    bled = pypdfium2.PdfDocument(render("x", None, "pdf", size, press=press).data)
    left, bottom, right, top = bled[0].get_trimbox()
    assert (right - left, top - bottom) == pytest.approx((144, 144), abs=0.01)
    assert bled[0].get_bleedbox()[0] == pytest.approx(left - 3 * 72 / 25.4, abs=0.01)
    bled.close()
