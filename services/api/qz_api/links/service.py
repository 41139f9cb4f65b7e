"""What may become of a link."""

from datetime import datetime
from uuid import UUID

from qz_api.auth.principal import Principal
from qz_api.db import Connection, Row
from qz_api.links import store
from qz_common.errors import Conflict, FieldError, Invalid, NotFound, Unavailable
from qz_common.ids import new_uuid, random_slug
from qz_common.urls import UrlPolicy, UrlRefused, admit

TRIES = 5


async def create_link(
    conn: Connection,
    principal: Principal,
    destination_url: str,
    slug: str | None,
    policy: UrlPolicy,
    now: datetime,
) -> Row:
    location = admitted(destination_url, policy)
    for _ in range(1 if slug else TRIES):
        row = await store.insert_link(
            conn,
            id=new_uuid(),
            workspace=principal.workspace,
            mode=principal.mode,
            slug=slug or random_slug(),
            destination_url=location,
            created_by=principal.id,
            now=now,
        )
        if row is not None:
            return row
    if slug:
        error = FieldError("/slug", "slug_taken", "is taken")
        raise Conflict(f"the slug {slug} is taken", "slug_taken", errors=[error])
    raise Unavailable("no free slug was found; try again")


async def lock(conn: Connection, principal: Principal, id: UUID) -> Row:
    row = await store.lock_link(conn, principal.workspace, principal.mode, id)
    if row is None:
        raise NotFound("there is no such link here")
    return row


def admitted(raw: str, policy: UrlPolicy) -> str:
    try:
        return admit(raw, policy).location
    except UrlRefused as refusal:
        error = FieldError("/destination_url", refusal.code, str(refusal))
        raise Invalid(
            f"the destination is refused: {refusal}", refusal.code, errors=[error]
        ) from None
