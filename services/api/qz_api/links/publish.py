"""From the row of a link to the record that every edge answers with."""

from datetime import datetime
from uuid import UUID

from qz_api.db import Connection, Row
from qz_api.outbox import store as outbox
from qz_common.clock import to_ms
from qz_common.ids import show_id
from qz_common.records import CodeRecord, code_key


async def publish(conn: Connection, link: Row, code: UUID | None = None) -> None:
    key = code_key(link["host"], link["slug"])
    await outbox.append(conn, link["workspace_id"], key, compile_record(link, code))


def compile_record(link: Row, code: UUID | None) -> CodeRecord:
    return CodeRecord(
        version=link["route_version"],
        workspace=show_id("ws", link["workspace_id"]),
        link=show_id("lnk", link["id"]),
        code=show_id("qr", code) if code else "",
        mode=link["mode"],
        status=link["status"],
        location=link["destination_url"],
        starts_at_ms=_ms(link["starts_at"]),
        expires_at_ms=_ms(link["expires_at"]),
        max_scans=link["max_scans"] or 0,
        fallback=link["fallback_url"],
        password=link["password_hash"],
        pass_query=link["pass_query"],
        utm=link["utm"],
        tags=tuple(link["tags"]),
        created_at_ms=to_ms(link["created_at"]),
    )


def _ms(moment: datetime | None) -> int:
    return to_ms(moment) if moment else 0
