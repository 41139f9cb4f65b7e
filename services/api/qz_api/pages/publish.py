"""From a page and what it compiled to, to the record that every edge shows."""

from qz_api.connection import Row
from qz_api.outbox import store as outbox
from qz_api.pages.compile import Compiled
from qz_api.pages.saved_files import finished
from qz_api.transaction import Transaction
from qz_common.errors import FieldError, Invalid
from qz_common.ids import show_id
from qz_common.records import PageRecord, encode, page_key

MAX_RECORD_BYTES = 900_000
"""A broker takes messages of a million bytes."""


async def publish(conn: Transaction, page: Row, compiled: Compiled) -> None:
    id = show_id("pg", page["id"])
    record = PageRecord(
        version=page["route_version"],
        id=id,
        workspace=show_id("ws", page["workspace_id"]),
        status="active" if page["published"] else "paused",
        html=compiled.html,
        files=finished(compiled.files, page, id),
        actions=compiled.actions,
    )
    size = len(encode(record))
    if size > MAX_RECORD_BYTES:
        why = f"comes to {size:,} bytes in all languages; at most {MAX_RECORD_BYTES:,}"
        error = FieldError("/blocks", "page_too_large", why)
        raise Invalid("the page is too large to be kept at every edge", error.code, errors=[error])
    await outbox.append(conn, page["workspace_id"], page_key(id), record)


async def take_away(conn: Transaction, page: Row, version: int) -> None:
    id = show_id("pg", page["id"])
    workspace = page["workspace_id"]
    gone = PageRecord(version=version, id=id, workspace=show_id("ws", workspace), status="deleted")
    await outbox.append(conn, workspace, page_key(id), gone)
