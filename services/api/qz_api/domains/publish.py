"""From a domain to the record that tells every edge whether to answer for its host."""

from qz_api.connection import Row
from qz_api.outbox import store as outbox
from qz_api.transaction import Transaction
from qz_common.ids import show_id
from qz_common.records import DomainRecord, domain_key


async def publish(conn: Transaction, domain: Row) -> None:
    await _append(conn, domain, domain["route_version"], "active")


async def take_down(conn: Transaction, domain: Row) -> None:
    await _append(conn, domain, await outbox.next_version(conn), "deleted")


async def _append(conn: Transaction, domain: Row, version: int, status: str) -> None:
    record = DomainRecord(
        version=version,
        host=domain["host"],
        workspace=show_id("ws", domain["workspace_id"]),
        status=status,
        root_url=domain["root_url"] if status == "active" else "",
    )
    await outbox.append(conn, domain["workspace_id"], domain_key(domain["host"]), record)
