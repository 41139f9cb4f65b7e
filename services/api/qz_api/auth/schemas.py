"""Shapes of /v1/api-keys and /v1/me."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from qz_api.callers.permissions import PRESETS, Permission
from qz_api.callers.principal import Mode
from qz_api.connection import Row
from qz_api.http.paging import PageQuery
from qz_api.http.schema import In, Moment, Name, Out
from qz_common.ids import show_id

DAY_SECONDS = 86_400
MAKER = "^(usr|key)_[0-9a-z]{26}$"


class KeyCreate(In):
    name: Name = "API key"
    mode: Mode | None = None
    """The caller's own mode when left out."""
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=32)] | None = None
    preset: Literal["read_only", "read_write", "admin", "create_only"] | None = None
    """Instead of scopes. Neither means what the caller has."""
    expires_at: Moment | None = None

    @model_validator(mode="after")
    def _says_rights_once(self) -> Self:
        if self.scopes is not None and self.preset is not None:
            raise PydanticCustomError("given_twice", "give scopes or preset, one of them")
        return self

    def wanted(self) -> frozenset[Permission] | None:
        if self.scopes is not None:
            return frozenset(self.scopes)
        return PRESETS[self.preset] if self.preset else None


class KeyQuery(PageQuery):
    created_by: Annotated[str, Field(pattern=MAKER)] | None = None
    """`usr_…` or `key_…`: only what this one made."""


class KeyRoll(In):
    overlap_seconds: Annotated[int, Field(ge=0, le=30 * DAY_SECONDS)] = DAY_SECONDS
    """How long the old key works on."""


class KeyView(Out):
    id: str
    mode: Mode
    name: str
    prefix: str
    """The public part: enough to recognise a key, nothing to use it."""
    last_characters: str
    scopes: list[str]
    created_by: str
    """Who made it, `usr_…` or `key_…`. It is the workspace's: it works on without them."""
    replaces: str | None
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    last_used_at: Moment | None


class NewKeyView(KeyView):
    key: str
    """Shown once."""


class MeterView(Out):
    used: int
    limit: int | None


class UsageView(Out):
    month: str
    requests: MeterView
    qr_generated: MeterView


class WorkspaceView(Out):
    id: str
    plan: str
    requests_per_minute: int | None


class MeView(Out):
    id: str
    kind: str
    name: str
    mode: Mode
    scopes: list[str]
    role: str | None
    """Of a user: owner, admin, editor or viewer. Null for a key."""
    workspace: WorkspaceView
    usage: UsageView


def key_view(row: Row) -> KeyView:
    return KeyView.model_validate(key_fields(row))


def key_fields(row: Row) -> dict[str, object]:
    return {
        "id": show_id("key", row["id"]),
        "mode": row["mode"],
        "name": row["name"],
        "prefix": f"qz_{row['mode']}_{row['public_id']}",
        "last_characters": row["last_characters"],
        "scopes": row["scopes"],
        "created_by": row["created_by"],
        "replaces": show_id("key", row["replaces"]) if row["replaces"] else None,
        "created_at": row["created_at"],
        "expires_at": row["expires_at"],
        "revoked_at": row["revoked_at"],
        "last_used_at": row["last_used_at"],
    }
