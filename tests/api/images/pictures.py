"""Pictures that tests bring in."""

import base64
import io

from PIL import Image, ImageDraw


def logo_png(color: str = "#b91c1c", side: int = 120) -> bytes:
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((4, 4, side - 4, side - 4), fill=color)
    return written(image, "PNG")


def written(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()
