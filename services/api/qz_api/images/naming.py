"""What an image is called when it is saved: plain ASCII, and the whole name beside it."""

import re
import unicodedata
from urllib.parse import quote

MOST_CHARACTERS = 80
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
UNSAID = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
PATHS = str.maketrans("/\\:", "---")


def disposition(name: str, extension: str, *, download: bool) -> str:
    """`filename` for old readers, `filename*` (RFC 5987) for the others."""
    kind = "attachment" if download else "inline"
    spoken = "".join(c for c in name if unicodedata.category(c) not in UNSAID)
    whole = spoken.translate(PATHS).strip(" .")[:MOST_CHARACTERS] or "code"
    folded = unicodedata.normalize("NFKD", whole).encode("ascii", "ignore").decode()
    plain = UNSAFE.sub("-", folded).strip("-.") or "code"
    starred = quote(f"{whole}.{extension}", safe="")
    return f"{kind}; filename=\"{plain}.{extension}\"; filename*=UTF-8''{starred}"
