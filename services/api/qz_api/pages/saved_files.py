"""Files that a visitor's address book or calendar takes, as they leave: lines folded, and an entry
known again when it was changed."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from qz_api.connection import Row
from qz_common.records import PageFile
from qz_render.content.lines import folded

CALENDAR = "text/calendar"


def finished(files: Iterable[PageFile], page: Row, id: str) -> tuple[PageFile, ...]:
    return tuple(_finished(file, page, f"{id}-{number}") for number, file in enumerate(files))


def _finished(file: PageFile, page: Row, uid: str) -> PageFile:
    body = _revision(file.body, page, uid) if file.media_type == CALENDAR else file.body
    return msgspec.structs.replace(file, body=folded(body))


def _revision(body: str, page: Row, uid: str) -> str:
    """A calendar takes the entry of the same id and a higher sequence for the newer one; in a
    symbol, which can't change, the id is made of what it says."""
    changed: datetime = page["updated_at"]
    stamp = f"DTSTAMP:{changed.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    ours = {"UID": f"UID:{uid}", "DTSTAMP": f"{stamp}\r\nSEQUENCE:{page['version'] - 1}"}
    lines = body.split("\r\n")
    return "\r\n".join(ours.get(line.partition(":")[0], line) for line in lines)
