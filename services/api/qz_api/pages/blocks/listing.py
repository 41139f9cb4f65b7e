"""A list, with or without numbers."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from qz_api.pages.blocks.base import Block, Scene
from qz_api.pages.localized import Sentence
from qz_api.pages.markup import inline


class Listing(Block):
    type: Literal["list"]
    items: Annotated[list[Sentence], Field(min_length=1, max_length=50)]
    ordered: bool = False

    def view(self, scene: Scene) -> Mapping[str, Any]:
        items = [inline(scene.text(item)) for item in self.items]
        return {"tag": "ol" if self.ordered else "ul", "items": items}
