"""A picture light enough to be carried inside of a page; runs in a drawing process."""

import io

from PIL import Image as Pillow

MAX_BYTES = 120_000
WIDTHS = (896, 720, 560, 400, 280)
"""A page is 28rem wide, and phones have two dots where a page has one."""
QUALITIES = (80, 65, 50)
TALLEST = 3
"""Heights of a picture, in widths."""
FORMATS = ("PNG", "WEBP")
"""Of files that we wrote ourselves."""


def shrink(data: bytes) -> tuple[bytes, int, int]:
    """WebP, width and height: the best of the sizes that is light enough."""
    with Pillow.open(io.BytesIO(data), formats=FORMATS) as opened:
        image = opened.convert("RGBA")
    for width in WIDTHS:
        image.thumbnail((width, width * TALLEST))
        for quality in QUALITIES:
            body = _webp(image, quality)
            if len(body) <= MAX_BYTES:
                return body, image.width, image.height
    return body, image.width, image.height


def _webp(image: Pillow.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
