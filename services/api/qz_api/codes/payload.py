"""What a symbol says to whoever scans it."""

from qz_api.codes.service import Found
from qz_api.links.schemas import short_url
from qz_render import parse_content


def payload_of_code(found: Found, edge_url: str) -> str:
    """A static code says its content; a dynamic one its short URL, which never changes.

    In capitals a symbol is smaller, and its scans can be told from clicks.
    """
    if found.link is None:
        return parse_content(found.code["content"]).payload()
    printed: str = found.code["printed_url"]
    return printed or symbol_url(short_url(found.link, edge_url))


def symbol_url(url: str) -> str:
    """A slug without a letter has no capitals, so those of a prefix tell of the symbol."""
    base, _, slug = url.rpartition("/")
    return (url if slug.upper() != slug else f"{base}/r/{slug}").upper()
