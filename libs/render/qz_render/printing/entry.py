"""One code of a batch."""

from dataclasses import dataclass, field

from qz_render.content import Content
from qz_render.style import Style


@dataclass(frozen=True, slots=True)
class Entry:
    """`name` labels the code for people: a file name, a caption, a row of the manifest."""

    name: str
    content: Content | str | bytes
    style: Style = field(default_factory=Style)
