"""The first user of an installation: an owner whose password is shown once.

A password that a person has chosen since is theirs: it is neither known nor changed here.
"""

import re
import secrets
from datetime import UTC, datetime
from uuid import UUID

from qz_api.accounts.email import require_email
from qz_api.accounts.members import store as members
from qz_api.accounts.passwords import make_hasher, matches
from qz_api.accounts.roles import Role
from qz_api.accounts.settings import AccountSettings
from qz_api.accounts.users import store
from qz_api.connection import Connection
from qz_common.ids import new_uuid

KNOWN = re.compile(r"[\w-]{16,256}", re.ASCII)
NAME = "Administrator"


async def seed_admin(
    conn: Connection, settings: AccountSettings, workspace: UUID, email_text: str, known: str
) -> str:
    """The password that works, or nothing when it is not `known`. Runs as the deployment."""
    email, now = require_email(email_text), datetime.now(UTC)
    await store.insert(
        conn, id=new_uuid(), email=email.text, email_key=email.key, name=NAME, now=now
    )
    user = await store.id_of(conn, email.key)
    await members.insert(conn, workspace, user, Role.OWNER, now)
    hasher = make_hasher(settings)
    encoded = await store.get_hash(conn, user)
    if encoded is not None:
        return known if matches(hasher, known, encoded) else ""
    password = known if KNOWN.fullmatch(known) else secrets.token_urlsafe(18)
    await store.set_hash(conn, user, hasher.hash(password), now)
    return password
