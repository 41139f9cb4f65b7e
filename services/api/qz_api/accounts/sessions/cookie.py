"""The cookie of a session, and where a request with one may come from.

Over https its name says `__Host-`: browsers then take it from this host alone, so that a page on
a neighbouring host can't set one.
"""

from urllib.parse import urlsplit

from qz_api.http.operation import SESSION_COOKIE
from qz_api.http.scope import Scope, header
from qz_common.errors import Forbidden, Unauthenticated

ATTRIBUTES = "Path=/; HttpOnly; SameSite=Lax"
MAX_COOKIES = 8192


class Cookie:
    def __init__(self, api_url: str) -> None:
        self._origin = urlsplit(api_url)
        secure = self._origin.scheme == "https"
        self.name = f"__Host-{SESSION_COOKIE}" if secure else SESSION_COOKIE
        self._attributes = f"{ATTRIBUTES}; Secure" if secure else ATTRIBUTES

    def read(self, scope: Scope) -> str | None:
        """Two different ones are nobody's: we never set more than one."""
        found = {
            value
            for name, header_value in scope["headers"]
            if name == b"cookie" and len(header_value) <= MAX_COOKIES
            for value in self._values(header_value.decode("latin-1"))
        }
        if len(found) > 1:
            raise Unauthenticated(
                "two session cookies at once", "invalid_session", headers=self.clear()
            )
        return found.pop() if found else None

    def set(self, token: str, seconds: int) -> dict[str, str]:
        return {"Set-Cookie": f"{self.name}={token}; {self._attributes}; Max-Age={seconds}"}

    def clear(self) -> dict[str, str]:
        return self.set("", 0)

    def check_origin(self, scope: Scope) -> None:
        """A browser says which page a write comes from: it has to be ours."""
        origin = header(scope, b"origin")
        site = header(scope, b"sec-fetch-site")
        ours = {self._origin.netloc, header(scope, b"host")}
        if site == "cross-site" or (origin is not None and urlsplit(origin).netloc not in ours):
            raise Forbidden("this request comes from a page of somebody else's", "foreign_origin")

    def _values(self, text: str) -> list[str]:
        pairs = (part.strip().partition("=") for part in text.split(";"))
        return [value for name, _, value in pairs if name == self.name]
