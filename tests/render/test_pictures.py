"""Untrusted pictures: size from the header first, allow-listed formats, one frame, re-encoded."""

import io
import struct
import zlib

import pytest
from PIL import Image as Pillow

from qz_render import BadPicture, decode_picture
from tests.render.samples import png_bytes


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header promises far more than its data holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(b"\0" * 100)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", body), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def refusal(data: bytes) -> str:
    with pytest.raises(BadPicture) as refused:
        decode_picture(data)
    assert refused.value.pointer == "/style/logo_url"
    return refused.value.code


@pytest.mark.parametrize("size", [(50_000, 50_000), (2001, 2000), (4_000_001, 1)])
def test_pixel_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    assert refusal(png_of_size(*size)) == "picture_too_large"


def test_more_than_two_mebibytes_are_refused() -> None:
    assert refusal(b"\x89PNG" + bytes(2 * 1024 * 1024)) == "picture_too_large"


@pytest.mark.parametrize("format", ["GIF", "TIFF", "BMP", "EPS", "PDF", "ICO", "JPEG2000", "PPM"])
def test_other_formats_are_refused_whatever_they_are_called(format: str) -> None:
    assert refusal(png_bytes(Pillow.new("RGB", (20, 20)), format)) == "unsupported_picture"


@pytest.mark.parametrize(
    "svg",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xef\xbb\xbf  <?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
        b"<!-- x --><SVG/>",
    ],
)
def test_svg_is_refused_with_what_to_send_instead(svg: bytes) -> None:
    with pytest.raises(BadPicture, match="send a PNG, JPEG or WebP") as refused:
        decode_picture(svg)
    assert refused.value.code == "svg_refused"


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"hello", bytes(1000)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refusal(data) == "unsupported_picture"


def test_truncated_picture_is_refused() -> None:
    noise = Pillow.effect_noise((200, 200), 90)
    data = png_bytes(noise)
    assert refusal(data[: len(data) // 2]) == "broken_picture"


def test_only_the_first_frame_is_taken() -> None:
    frames = [Pillow.new("RGB", (30, 30), color) for color in ("red", "blue", "lime")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=50)
    picture = decode_picture(out.getvalue())
    assert picture.pixels()[5, 5].tolist() == [255, 0, 0, 255]


def test_metadata_is_dropped_and_orientation_applied() -> None:
    image = Pillow.new("RGB", (40, 20), "white")
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "secret camera"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    picture = decode_picture(out.getvalue())
    assert (picture.width, picture.height) == (20, 40)
    assert b"secret" not in picture.rgba


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_becomes_rgba(mode: str) -> None:
    picture = decode_picture(png_bytes(Pillow.new(mode, (12, 8))))
    assert len(picture.rgba) == 12 * 8 * 4


def test_large_pictures_are_made_smaller() -> None:
    picture = decode_picture(png_bytes(Pillow.new("RGB", (4000, 900))))
    assert max(picture.width, picture.height) == 2048
