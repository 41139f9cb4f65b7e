"""What every content kind is: typed fields read from JSON, and the text a scanner gets."""

from typing import ClassVar, Protocol, Self

from qz_render.fields import Fields


class Content(Protocol):
    """A kind of payload. `read` gathers problems in `fields`; `payload` can't fail after it."""

    kind: ClassVar[str]

    @classmethod
    def read(cls, fields: Fields) -> Self: ...

    def payload(self) -> str: ...
