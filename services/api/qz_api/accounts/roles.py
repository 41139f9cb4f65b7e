"""Roles as data: what each may do, and who may give it to whom."""

from collections.abc import Mapping
from enum import StrEnum

from qz_api.callers.permissions import PRESETS, Permission
from qz_api.callers.principal import Principal
from qz_common.errors import Forbidden


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


ROLE_SCOPES: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: PRESETS["admin"],
    Role.ADMIN: PRESETS["admin"],
    Role.EDITOR: PRESETS["read_write"],
    Role.VIEWER: PRESETS["read_only"],
}


def check_administers(principal: Principal) -> None:
    """People are the same in live and test: a test key has no hand in them."""
    principal.require(Permission.WORKSPACE_ADMIN)
    if is_test_key(principal):
        raise Forbidden("a test key has no hand in who and what this is", "live_key_required")


def is_test_key(principal: Principal) -> bool:
    return principal.kind == "key" and principal.mode == "test"


def check_may_give(principal: Principal, role: Role) -> None:
    """Nobody gives, takes or changes a role that grants more than they have."""
    if role is Role.OWNER and principal.role != Role.OWNER:
        raise Forbidden("only an owner decides about owners", "role_forbidden")
    if not ROLE_SCOPES[role] <= principal.scopes:
        raise Forbidden(f"the role {role} grants more than you have", "role_forbidden")


def lesser(role: Role) -> tuple[Role, ...]:
    """The roles that somebody of this role may give, which need the right to administer."""
    if Permission.WORKSPACE_ADMIN not in ROLE_SCOPES[role]:
        return ()
    return tuple(each for each in Role if each is not Role.OWNER or role is Role.OWNER)
