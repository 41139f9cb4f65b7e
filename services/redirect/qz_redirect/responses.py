"""Answers as bytes: made once, sent by whoever holds the connection.

An `Answer` is an ASGI application, so a Starlette endpoint may return one and the lane may write
one. Nothing that leaves here may be kept by a cache, sniffed for another type or indexed.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from qz_common.urls import header_bytes

Header = tuple[bytes, bytes]

HTML = b"text/html; charset=utf-8"
GUARDS: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex, nofollow"),
)
FILE_POLICY = b"default-src 'none'; sandbox"
OPENED_IN_PLACE = frozenset({"text/vcard", "text/calendar"})
"""What a phone offers to save when it is shown it; anything else is a download."""
FOLLOWABLE = ("https:", "http:", "tel:", "sms:", "mailto:", "geo:", "bitcoin:")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[Header, ...]
    """Names in lower case, `content-length` among them."""
    body: bytes = b""

    def having(self, *headers: Header) -> "Answer":
        return replace(self, headers=(*self.headers, *headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b"" if scope["method"] == "HEAD" else self.body
        await send(
            {"type": "http.response.start", "status": self.status, "headers": [*self.headers]}
        )
        await send({"type": "http.response.body", "body": body})


def answer(status: int, media_type: bytes, body: bytes, *headers: Header) -> Answer:
    length = str(len(body)).encode()
    return Answer(
        status,
        ((b"content-type", media_type), (b"content-length", length), *GUARDS, *headers),
        body,
    )


def redirect(location: str, status: int = 302, *headers: Header) -> Answer:
    """ValueError when a byte of the location could end the header: no gate let that through."""
    where = (b"location", header_bytes(location))
    return Answer(status, (where, (b"content-length", b"0"), *GUARDS, *headers))


def is_followable(location: str) -> bool:
    """The last look at where a button leads: nothing that runs in a page or opens a file."""
    return location.startswith(FOLLOWABLE)


def file(name: str, media_type: str, body: bytes) -> Answer:
    kind = media_type.partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(kind):
        kind = "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return answer(
        200,
        (kind + charset).encode(),
        body,
        (b"content-disposition", disposition(name, in_place=kind in OPENED_IN_PLACE)),
        (b"content-security-policy", FILE_POLICY),
    )


def disposition(name: str, *, in_place: bool = False) -> bytes:
    """An ASCII name for old readers and the whole one as RFC 5987 has it; never a raw quote,
    slash or line break."""
    word = "inline" if in_place else "attachment"
    plain = _NOT_IN_A_NAME.sub("_", name).lstrip(".") or "file"
    whole = quote(name.encode("utf-8", "replace"), safe="")
    return f"{word}; filename=\"{plain}\"; filename*=UTF-8''{whole}".encode("ascii")
