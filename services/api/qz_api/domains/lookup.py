"""What others ask of own short domains."""

from qz_api.auth.principal import Principal
from qz_api.connection import Connection, Row
from qz_api.domains import store
from qz_common.errors import Conflict, NotFound
from qz_common.ids import read_id
from qz_common.urls import canonical_domain


async def require_verified(conn: Connection, principal: Principal, name: str) -> Row:
    """By id or host name: the domain that links may stand on."""
    id = read_id("dom", name)
    if id is not None:
        row = present(await store.get(conn, principal.workspace, principal.mode, id))
    else:
        row = present(
            await store.get_by_host(conn, principal.workspace, principal.mode, _canonical(name))
        )
    if row["status"] != "verified":
        raise not_verified(row["host"])
    return row


def present(row: Row | None) -> Row:
    if row is None:
        raise NotFound("there is no such domain here")
    return row


def not_verified(host: str) -> Conflict:
    return Conflict(f"{host} is not verified yet", "domain_not_verified")


def _canonical(name: str) -> str:
    try:
        return canonical_domain(name)
    except ValueError:
        raise NotFound("there is no such domain here") from None
