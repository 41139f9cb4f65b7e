"""All SQL about users and their passwords."""

from datetime import datetime
from uuid import UUID

from qz_api.connection import Connection, Row, fetch_one

COLUMNS = "id, email, email_key, name, created_at"


async def insert(
    conn: Connection, *, id: UUID, email: str, email_key: str, name: str, now: datetime
) -> Row | None:
    """None when the e-mail has a user already."""
    return await conn.fetchrow(
        f"""INSERT INTO users (id, email, email_key, name, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $5)
            ON CONFLICT (email_key) DO NOTHING RETURNING {COLUMNS}""",
        id,
        email,
        email_key,
        name,
        now,
    )


async def by_email(conn: Connection, email_key: str) -> Row | None:
    return await conn.fetchrow(
        """SELECT u.id, u.email, u.name, p.hash
           FROM users u JOIN user_passwords p ON p.user_id = u.id
           WHERE u.email_key = $1 AND u.disabled_at IS NULL""",
        email_key,
    )


async def get(conn: Connection, id: UUID) -> Row:
    return await fetch_one(conn, f"SELECT {COLUMNS} FROM users WHERE id = $1", id)


async def rename(conn: Connection, id: UUID, name: str, now: datetime) -> Row:
    return await fetch_one(
        conn,
        f"UPDATE users SET name = $2, updated_at = $3 WHERE id = $1 RETURNING {COLUMNS}",
        id,
        name,
        now,
    )


async def get_hash(conn: Connection, id: UUID) -> str | None:
    encoded: str | None = await conn.fetchval(
        "SELECT hash FROM user_passwords WHERE user_id = $1", id
    )
    return encoded


async def lock_hash(conn: Connection, id: UUID) -> str | None:
    encoded: str | None = await conn.fetchval(
        "SELECT hash FROM user_passwords WHERE user_id = $1 FOR UPDATE", id
    )
    return encoded


async def set_hash(conn: Connection, id: UUID, encoded: str, now: datetime) -> None:
    await conn.execute(
        """INSERT INTO user_passwords (user_id, hash, changed_at) VALUES ($1, $2, $3)
           ON CONFLICT (user_id) DO UPDATE SET hash = $2, changed_at = $3""",
        id,
        encoded,
        now,
    )


async def lock(conn: Connection, id: UUID) -> None:
    """Orders commands of one user."""
    await conn.execute("SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE", id)


async def id_of(conn: Connection, email_key: str) -> UUID:
    id: UUID = await conn.fetchval("SELECT id FROM users WHERE email_key = $1", email_key)
    return id
