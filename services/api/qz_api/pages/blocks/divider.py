"""A line between parts."""

from collections.abc import Mapping
from typing import Any, Literal

from qz_api.pages.blocks.base import Block, Scene


class Divider(Block):
    type: Literal["divider"]

    def view(self, scene: Scene) -> Mapping[str, Any]:
        return {}
