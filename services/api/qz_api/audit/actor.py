"""Who did it, and where: a Principal is one, and so is a user who acts outside a workspace."""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID


class Actor(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def workspace(self) -> UUID: ...
    @property
    def mode(self) -> str: ...
    @property
    def request_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Ourselves:
    """What came about without anybody's command to do it."""

    workspace: UUID
    mode: str
    kind: Literal["system"] = "system"
    id: str = "system"
    name: str = ""
    request_id: str = ""
