"""Which slugs may be chosen, and making random ones."""

from qz_api.links.draft import Report
from qz_common.ids import RANDOM_SLUG_LENGTH, is_slug, random_slug

RESERVED = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "analytics",
        "api",
        "apps",
        "app",
        "assets",
        "auth",
        "billing",
        "blog",
        "cdn",
        "code",
        "codes",
        "compat",
        "console",
        "contact",
        "dashboard",
        "demo",
        "dev",
        "docs",
        "download",
        "downloads",
        "favicon",
        "feed",
        "files",
        "health",
        "healthz",
        "help",
        "home",
        "host",
        "images",
        "img",
        "imprint",
        "index",
        "internal",
        "invite",
        "legal",
        "links",
        "livez",
        "login",
        "logout",
        "mail",
        "manifest",
        "media",
        "me",
        "metrics",
        "null",
        "openapi",
        "ops",
        "pages",
        "password",
        "pricing",
        "privacy",
        "private",
        "public",
        "qr",
        "quietzone",
        "readyz",
        "register",
        "report",
        "robots",
        "root",
        "security",
        "settings",
        "signin",
        "signout",
        "signup",
        "sitemap",
        "startupz",
        "static",
        "stats",
        "status",
        "support",
        "system",
        "terms",
        "test",
        "trust",
        "undefined",
        "update",
        "user",
        "users",
        "webhook",
        "webhooks",
        "well-known",
        "www",
    ]
)
"""Names that people would take for ours, or that an edge or a proxy may want for itself."""


def read_slug(raw: str, report: Report) -> str:
    """Lower case by ASCII alone: no letter of another script becomes one of ours."""
    slug = "".join(chr(ord(each) + 32) if "A" <= each <= "Z" else each for each in raw)
    if not is_slug(slug):
        report.add("slug", "invalid_slug", "3 to 64 of the letters a-z, digits, `-` and `_`")
    elif slug in RESERVED:
        report.add("slug", "slug_reserved", "this slug is reserved")
    return slug


def fresh_slug(length: int = RANDOM_SLUG_LENGTH) -> str:
    while (slug := random_slug(length)) in RESERVED:
        pass
    return slug
