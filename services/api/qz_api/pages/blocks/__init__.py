"""Blocks of a landing page: a new kind is one file, one template and one line here."""

from typing import Annotated

from pydantic import Field

from qz_api.pages.blocks.button import Button
from qz_api.pages.blocks.contact import Contact
from qz_api.pages.blocks.divider import Divider
from qz_api.pages.blocks.heading import Heading
from qz_api.pages.blocks.hours import Hours
from qz_api.pages.blocks.image import Image
from qz_api.pages.blocks.listing import Listing
from qz_api.pages.blocks.social import Social
from qz_api.pages.blocks.text import Text
from qz_api.pages.blocks.video import Video

AnyBlock = Annotated[
    Button | Contact | Divider | Heading | Hours | Image | Listing | Social | Text | Video,
    Field(discriminator="type"),
]
