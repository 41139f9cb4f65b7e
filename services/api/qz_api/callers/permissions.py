"""What a key may do: scopes, and presets for the usual sets of them."""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    QR_READ = "qr:read"
    QR_WRITE = "qr:write"
    QR_DELETE = "qr:delete"
    LINKS_READ = "links:read"
    LINKS_WRITE = "links:write"
    ANALYTICS_READ = "analytics:read"
    DESTINATIONS_READ = "destinations:read"
    DESTINATIONS_WRITE = "destinations:write"
    LANDING_PAGES_READ = "landing_pages:read"
    LANDING_PAGES_WRITE = "landing_pages:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    KEYS_ADMIN = "keys:admin"
    WORKSPACE_ADMIN = "workspace:admin"


ADMIN_SCOPES = frozenset({Permission.KEYS_ADMIN, Permission.WORKSPACE_ADMIN})
PRESETS: dict[str, frozenset[Permission]] = {
    "read_only": frozenset(scope for scope in Permission if scope.endswith(":read")),
    "read_write": frozenset(Permission) - ADMIN_SCOPES,
    "admin": frozenset(Permission),
    "create_only": frozenset({Permission.QR_WRITE}),
}


def known(scopes: Iterable[str]) -> frozenset[Permission]:
    """Scopes of this release; a stored one that is gone grants nothing."""
    return frozenset(scope for word in scopes if (scope := BY_WORD.get(word)))


BY_WORD = {scope.value: scope for scope in Permission}
