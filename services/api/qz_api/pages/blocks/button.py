"""A button: a web page, a call, a message, a mail or a map."""

from collections.abc import Mapping
from typing import Any, Literal

from qz_api.destinations.kinds import Target
from qz_api.pages.blocks.base import ADMITTED, Block, Scene
from qz_api.pages.localized import Label


class Button(Block):
    type: Literal["button"]
    label: Label
    to: Target
    look: Literal["primary", "secondary"] = "primary"

    def view(self, scene: Scene) -> Mapping[str, Any]:
        press = scene.press(self.id, self.to.location(ADMITTED), scene.text(self.label))
        return {"press": press, "second": self.look == "secondary"}
