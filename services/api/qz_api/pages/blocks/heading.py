"""A heading between the parts of a page."""

from collections.abc import Mapping
from typing import Any, Literal

from qz_api.pages.blocks.base import Block, Scene
from qz_api.pages.localized import Line


class Heading(Block):
    type: Literal["heading"]
    text: Line

    def view(self, scene: Scene) -> Mapping[str, Any]:
        return {"text": scene.text(self.text)}
