"""An image on its way out: headers that keep it an image, wherever it is opened."""

from collections.abc import Mapping

from qz_api.http.respond import Answer
from qz_api.http.scope import Scope, header
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


def is_known(scope: Scope, etag: str) -> bool:
    """Whether the caller has this very image already (If-None-Match, weak comparison)."""
    known = header(scope, b"if-none-match")
    if known is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
    return known.strip() == "*" or etag in tags


def not_modified(headers: Mapping[str, str]) -> Answer:
    unsaid = ("Content-Type", "Content-Disposition")
    return Answer(304, headers={k: v for k, v in headers.items() if k not in unsaid})
