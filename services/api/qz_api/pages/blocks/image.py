"""A picture that was brought in before (POST /v1/pictures): the page carries it inside."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from qz_api.pages.blocks.base import Block, Scene
from qz_api.pages.localized import Sentence


class Image(Block):
    type: Literal["image"]
    picture_id: Annotated[str, Field(pattern=r"^pic_[0-9a-z]{26}$")]
    alt: Sentence | None = None
    """What it shows, for whoever can't see it; left out for mere decoration."""
    caption: Sentence | None = None

    def view(self, scene: Scene) -> Mapping[str, Any]:
        return {
            "picture": scene.pictures[self.picture_id],
            "alt": scene.text(self.alt),
            "caption": scene.text(self.caption),
        }
