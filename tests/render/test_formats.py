"""Every style in every format is the same picture, and reads."""

from pathlib import Path

import pytest

from qz_render import FORMATS, render
from tests.render.make_goldens import PAYLOAD, PIXELS
from tests.render.rasters import GHOSTSCRIPT, decoded, mean_difference, pdf_page, rasterised
from tests.render.samples import STYLES, sample_style

GOLDENS = Path(__file__).parent / "goldens" / "styles"
# Mean difference of a channel, of 255: smoothing of edges differs between renderers.
TOLERANCE = {"png": 0.05, "webp": 0.6, "svg": 2.0, "pdf": 2.0, "eps": 2.0}
NEEDS_GHOSTSCRIPT = pytest.mark.skipif(GHOSTSCRIPT is None, reason="ghostscript is not installed")
CASES = [
    pytest.param(name, format, marks=[NEEDS_GHOSTSCRIPT] if format == "eps" else [])
    for name in STYLES
    for format in FORMATS
]


@pytest.mark.parametrize(("name", "format"), CASES)
def test_format_equals_the_golden_and_reads(name: str, format: str) -> None:
    image = render(PAYLOAD, sample_style(name), format, PIXELS)
    pixels = rasterised(image.data, format)
    golden = rasterised((GOLDENS / f"{name}.png").read_bytes(), "png")
    assert pixels.shape == (image.height, image.width, 3)
    assert mean_difference(pixels, golden) <= TOLERANCE[format]
    assert decoded(pixels) == PAYLOAD.encode()


def test_the_comparison_tells_styles_apart() -> None:
    """The tolerance is tight enough to see another shape of module."""
    golden = rasterised((GOLDENS / "rounded.png").read_bytes(), "png")
    style = sample_style("extra-rounded")
    other = rasterised(render(PAYLOAD, style, "png", PIXELS).data, "png")
    assert mean_difference(other, golden) > max(TOLERANCE.values())


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_request_draws_the_same_bytes(format: str) -> None:
    first, second = (render(PAYLOAD, sample_style("ticket"), format, PIXELS) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", STYLES)
def test_eps_is_well_formed(name: str) -> None:
    """Holds without ghostscript: header, balance, and nothing but known operators."""
    text = render(PAYLOAD, sample_style(name), "eps", PIXELS).data.decode("ascii")
    lines = text.splitlines()
    assert lines[0] == "%!PS-Adobe-3.0 EPSF-3.0"
    assert lines[2] == f"%%BoundingBox: 0 0 {PIXELS * 3 // 4} {lines[2].split()[-1]}"
    assert lines[-3:] == ["restore", "showpage", "%%EOF"]
    assert text.count("gsave") == text.count("grestore")
    assert text.count(" image\n") == text.count("~>")
    assert max(map(len, lines)) <= 255


def test_cmyk_pdf_holds_no_rgb_and_black_is_key_only() -> None:
    from qz_render import Press

    image = render(PAYLOAD, sample_style("plain"), "pdf", PIXELS, press=Press(cmyk=True))
    content = inflated(image.data)
    assert b"0 0 0 1 k" in content
    assert b" rg" not in content
    assert b"DeviceRGB" not in image.data
    assert decoded(pdf_page(image.data, 0, 2)) == PAYLOAD.encode()


@pytest.mark.parametrize("name", ["linear", "radial", "logo", "picture", "veiled-gradient"])
def test_cmyk_pdf_of_a_rich_style_reads(name: str) -> None:
    from qz_render import Press

    image = render(PAYLOAD, sample_style(name), "pdf", PIXELS, press=Press(cmyk=True))
    assert b"DeviceRGB" not in image.data
    assert decoded(pdf_page(image.data, 0, 2)) == PAYLOAD.encode()


def inflated(data: bytes) -> bytes:
    """All streams of a PDF, unpacked."""
    import re
    import zlib

    streams = re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL)
    return b"\n".join(zlib.decompress(stream) for stream in streams)
