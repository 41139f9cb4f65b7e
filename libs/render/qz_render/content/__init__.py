"""Content kinds: a new one is one file and one line here."""

from qz_render.content.base import Content
from qz_render.content.url import Url
from qz_render.errors import Invalid
from qz_render.fields import Fields

KINDS: dict[str, type[Content]] = {kind.kind: kind for kind in (Url,)}


def parse_content(data: object, *, pointer: str = "/content") -> Content:
    """A content from its JSON form; raises Invalid with every bad field."""
    fields = Fields(data, pointer)
    if fields.problems:
        raise Invalid(fields.problems)
    if not fields.has("kind"):
        fields.complain("kind", "is required", "required")
    name = fields.choice("kind", tuple(KINDS), "url")
    if fields.problems:
        raise Invalid(fields.problems)
    content = KINDS[name].read(fields)
    fields.finish()
    return content
