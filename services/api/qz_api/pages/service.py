"""What may become of a landing page, and what links and codes ask about pages.

The page is compiled and its record is on the outbox in the transaction that writes it.
"""

from collections.abc import Collection
from uuid import UUID

from qz_api.auth.principal import Principal
from qz_api.db import Connection, Row
from qz_api.pages import store
from qz_api.pages.content import drop_page_of as drop_page_of
from qz_api.pages.content import is_shown as is_shown
from qz_api.pages.content import page_for_content as page_for_content
from qz_common.errors import NotFound


async def require_page(conn: Connection, principal: Principal, id: UUID) -> Row:
    row = await store.get_landing(conn, principal.workspace, principal.mode, id)
    if row is None:
        raise NotFound("there is no such landing page here")
    return row


async def existing(
    conn: Connection, workspace: UUID, mode: str, ids: Collection[UUID]
) -> set[UUID]:
    """Which of these are landing pages that a link may show."""
    return set(await store.existing(conn, workspace, mode, ids))
