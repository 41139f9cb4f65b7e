"""A video as a plain link: nothing of another site is loaded before it is wanted."""

from collections.abc import Mapping
from typing import Any, Literal

from qz_api.pages.blocks.base import ADMITTED, Block, Scene, Url
from qz_api.pages.localized import Label
from qz_common.urls import admit


class Video(Block):
    type: Literal["video"]
    url: Url
    title: Label | None = None

    def view(self, scene: Scene) -> Mapping[str, Any]:
        title = scene.text(self.title) or str(scene.words["video"]["watch"])
        host = admit(self.url, ADMITTED).host_unicode
        return {"press": scene.visit(self.id, self.url, title), "host": host}
