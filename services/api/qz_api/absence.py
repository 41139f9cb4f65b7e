"""What isn't there and what is somebody else's are answered alike, in the same words."""

from typing import TypeVar

from qz_common.errors import NotFound

T = TypeVar("T")


def present(found: T | None, what: str) -> T:
    if found is None:
        raise absent(what)
    return found


def absent(what: str) -> NotFound:
    return NotFound(f"there is no such {what} here")
