"""The host that a visitor came from, for rules and counting; a strange header is no referrer."""

import re

from qz_common.urls.hosts import parse_host
from qz_common.urls.refusal import UrlRefused

MAX_REFERRER = 2048
REFERRER = re.compile(
    r"(?:https?|android-app)://(?P<host>\[[0-9a-f:.]+\]|[^\s:/?#@\\%\[\]]+)(?::[0-9]*)?(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)


def refer_host(referrer: str) -> str:
    """Lower-case A-label without port or trailing dot; "" for none and for nonsense."""
    match = REFERRER.fullmatch(referrer[:MAX_REFERRER])
    if match is None:
        return ""
    try:
        return parse_host(match["host"]).ascii
    except UrlRefused:
        return ""
