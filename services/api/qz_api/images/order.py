"""One image as it was asked for: equal orders have equal images."""

from dataclasses import asdict, dataclass, field
from functools import cached_property

from qz_api.images.looks import Dress
from qz_api.images.wire import Draw, Json, SizeJson
from qz_render import Press, Size, fingerprint

ETAG_CHARACTERS = 32


@dataclass(frozen=True)
class Order:
    payload: bytes
    dress: Dress = field(default_factory=Dress)
    format: str = "png"
    size: Size = field(default_factory=Size)
    press: Press = field(default_factory=Press)

    @cached_property
    def key(self) -> str:
        return fingerprint(self.payload, self.dress.style, self.format, self.size, press=self.press)

    @property
    def etag(self) -> str:
        return f'"{self.key[:ETAG_CHARACTERS]}"'

    @property
    def task(self) -> Draw:
        return Draw(
            self.payload, self.dress.look, self.format, size_json(self.size), press_json(self.press)
        )


def size_json(size: Size) -> SizeJson:
    return size.pixels if size.mm is None else {"mm": size.mm, "dpi": size.dpi}


def press_json(press: Press) -> Json:
    return asdict(press)
