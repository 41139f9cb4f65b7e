"""What may become of a code and its link, each in one transaction with its outbox rows."""

from datetime import datetime
from uuid import UUID

from qz_api.auth.principal import Principal
from qz_api.codes import store
from qz_api.codes.schemas import CodeCreate
from qz_api.db import Connection, Row
from qz_api.limits.quota import charge_created
from qz_api.links import service as links
from qz_api.links import store as link_store
from qz_api.links.publish import publish
from qz_common.errors import NotFound
from qz_common.ids import new_uuid
from qz_common.urls import UrlPolicy


async def create_code(
    conn: Connection, principal: Principal, draft: CodeCreate, policy: UrlPolicy, now: datetime
) -> Row:
    link = await links.create_link(conn, principal, draft.destination_url, draft.slug, policy, now)
    id = new_uuid()
    await store.insert_code(
        conn,
        id=id,
        workspace=principal.workspace,
        mode=principal.mode,
        link=link["id"],
        name=draft.name,
        content={"kind": "url", "url": link["destination_url"]},
        created_by=principal.id,
        now=now,
    )
    await publish(conn, link, id)
    await charge_created(conn, principal, 1, now)
    return await get_code(conn, principal, id)


async def get_code(conn: Connection, principal: Principal, id: UUID) -> Row:
    row = await store.get_code(conn, principal.workspace, principal.mode, id)
    if row is None:
        raise NotFound("there is no such code here")
    return row


async def retarget(
    conn: Connection,
    principal: Principal,
    code: Row,
    destination_url: str,
    policy: UrlPolicy,
    now: datetime,
) -> Row:
    location = links.admitted(destination_url, policy)
    await links.lock(conn, principal, code["link_id"])
    link = await link_store.set_destination(
        conn, principal.workspace, code["link_id"], location, now
    )
    await store.touch(conn, principal.workspace, code["id"], now)
    await publish(conn, link, code["id"])
    return await get_code(conn, principal, code["id"])


async def delete_code(conn: Connection, principal: Principal, code: Row, now: datetime) -> None:
    await links.lock(conn, principal, code["link_id"])
    link = await link_store.mark_deleted(conn, principal.workspace, code["link_id"], now)
    await store.mark_deleted(conn, principal.workspace, code["id"], now)
    await publish(conn, link, code["id"])
