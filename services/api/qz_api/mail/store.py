"""All SQL about mail that waits to be sent."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import orjson

from qz_api.connection import Connection
from qz_api.sealing import Secrets
from qz_common.ids import new_uuid


async def append(
    conn: Connection,
    secrets: Secrets,
    *,
    workspace: UUID,
    recipient: str,
    template: str,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    """In the transaction of what the mail tells of. The values are sealed: links let people in."""
    id = new_uuid()
    await conn.execute(
        """INSERT INTO mail_outbox (id, workspace_id, recipient, template, sealed, created_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        id,
        workspace,
        recipient,
        template,
        secrets.seal(orjson.dumps(dict(values)), b"mail " + id.bytes),
        now,
    )
