"""The words of ASGI that this package uses, and reading a header once."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from qz_common.errors import Malformed

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods of HTTP that change something."""


def header(scope: Scope, name: bytes) -> str | None:
    """The value of a header that may stand once; twice is a malformed request."""
    found = [value for key, value in scope["headers"] if key == name]
    if len(found) > 1:
        raise Malformed(f"the header {name.decode()} stands more than once")
    return found[0].decode("latin-1").strip() if found else None
