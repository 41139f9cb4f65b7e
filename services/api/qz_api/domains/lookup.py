"""What others ask of own short domains."""

from collections.abc import Collection
from uuid import UUID

from qz_api.connection import Connection
from qz_api.domains import store
from qz_common.ids import read_id
from qz_common.urls import canonical_domain


async def hosts(
    conn: Connection, workspace: UUID, mode: str, named: Collection[str]
) -> dict[str, str | None]:
    """The host behind each name (`dom_…` or a host name): None when it is not verified yet."""
    wanted = {name: read_id("dom", name) or _canonical(name) for name in named}
    ids = [each for each in wanted.values() if isinstance(each, UUID)]
    texts = [each for each in wanted.values() if isinstance(each, str)]
    rows = await store.named(conn, workspace, mode, ids, texts)
    known = {row[key]: row for row in rows for key in ("id", "host")}
    return {
        name: known[each]["host"] if known[each]["status"] == "verified" else None
        for name, each in wanted.items()
        if each in known
    }


def _canonical(name: str) -> str | None:
    try:
        return canonical_domain(name)
    except ValueError:
        return None
