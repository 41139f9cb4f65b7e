"""The hosts that this API answers for. Whoever names another was led here by a trick or a slip.

Services of the deployment ask under whatever name their network has for this one, and show a token:
what is internal is answered under any.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from qz_api.http.scope import Scope, header
from qz_common.errors import Malformed

HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?", re.ASCII)
LAST_PORT = 65_535
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
ANY = "*"
INTERNAL = "/internal/"


class Hosts:
    def __init__(self, api_url: str, others: Collection[str] = ()) -> None:
        """`others` are names beside the one of the URL; `*` among them is any name."""
        own = urlsplit(api_url).netloc.rpartition("@")[2]
        named = {_name(text) for text in (own, *others) if text != ANY}
        self._names = None if ANY in others else frozenset({*LOOPBACK, *named})

    def check(self, scope: Scope) -> None:
        name = _name(header(scope, b"host") or "")
        if name is None:
            raise Malformed("the Host header is no host", "invalid_host")
        is_ours = self._names is None or name in self._names
        if not is_ours and not scope["path"].startswith(INTERNAL):
            why = "this API answers under another name; API_URL and API_HOSTS say which"
            raise Malformed(why, "invalid_host")


def _name(text: str) -> str | None:
    """The host without its port, as it is compared."""
    found = HOST.fullmatch(text)
    if found is None or int(found[2] or 0) > LAST_PORT:
        return None
    return found[1].lower().removesuffix(".")
