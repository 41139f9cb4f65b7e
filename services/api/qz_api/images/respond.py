"""An image on its way out: headers that keep it an image, wherever it is opened."""

from qz_api.images.naming import disposition
from qz_api.images.order import Order
from qz_render import FORMATS

SANDBOX = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""A picture inside an SVG is a data: URL."""
MEDIA_TYPES = tuple(known.media_type for known in FORMATS.values())
IMAGE_HEADERS = {
    "ETag": "Changes with the image; for If-None-Match.",
    "Content-Disposition": "The name of the code as a file name.",
}


def file_headers(media_type: str, named: str) -> dict[str, str]:
    return {
        "Content-Type": media_type,
        "Content-Disposition": named,
        "Content-Security-Policy": SANDBOX,
        # a range of a few kilobytes saves nobody anything
        "Accept-Ranges": "none",
    }


def image_headers(order: Order, name: str, *, download: bool) -> dict[str, str]:
    chosen = FORMATS[order.format]
    named = disposition(name, chosen.extension, download=download)
    return {**file_headers(chosen.media_type, named), "ETag": order.etag}
