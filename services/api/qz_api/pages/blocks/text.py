"""Paragraphs, with **bold** and *italic*."""

from collections.abc import Mapping
from typing import Any, Literal

from qz_api.pages.blocks.base import Block, Scene
from qz_api.pages.localized import Prose
from qz_api.pages.markup import paragraphs


class Text(Block):
    type: Literal["text"]
    text: Prose

    def view(self, scene: Scene) -> Mapping[str, Any]:
        return {"paragraphs": paragraphs(scene.text(self.text))}
