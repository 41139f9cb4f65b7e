"""What a block of a landing page is: fields from a body, and what its template shows of them.

`templates/blocks/{type}.html` gets what `view` returns. A block has no other way to lead anywhere
than `scene.press`; gate.py has put its addresses through the URL gate when the page was written.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from qz_api.http.schema import In
from qz_api.pages.localized import Localized, in_language
from qz_api.pages.offers.base import Press, Words
from qz_common.records import PageAction, PageFile
from qz_common.urls import UrlPolicy, admit

ADMITTED = UrlPolicy(allow_private=True, allow_ip_literals=True)
"""For addresses of stored pages: the gate has let them through under the workspace's own policy."""
Url = Annotated[str, Field(min_length=1, max_length=2048)]
BlockId = Annotated[str, Field(pattern=r"^[a-z0-9_]{0,32}$")]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, ready to stand in HTML."""

    source: str
    width: int
    height: int


@dataclass(kw_only=True)
class Scene:
    """One language of one page while it is compiled."""

    language: str
    default: str
    words: Words
    pictures: Mapping[str, Picture]
    presses: list[Press] = field(default_factory=list)

    def text(self, text: Localized | None) -> str:
        return in_language(text, self.language, self.default) if text else ""

    def press(self, id: str, href: str, label: str = "") -> Press:
        made = Press(label, action=PageAction(id, href))
        self.presses.append(made)
        return made

    def visit(self, id: str, url: str, label: str) -> Press:
        return self.press(id, admit(url, ADMITTED).location, label)

    def save(self, id: str, file: PageFile, label: str) -> Press:
        """Two files of a page never have the same name."""
        if any(press.file and press.file.name == file.name for press in self.presses):
            file = PageFile(f"{id}-{file.name}", file.media_type, file.body)
        made = Press(label, file=file)
        self.presses.append(made)
        return made


class Block(In):
    id: BlockId = ""
    """Names the block's buttons in analytics; made up when left out, kept over changes."""

    @abstractmethod
    def view(self, scene: Scene) -> Mapping[str, Any]:
        """What the template of this kind gets."""
