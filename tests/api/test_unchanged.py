"""A PATCH that says what is so already is no change: not for ETags, the audit log or the edges."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.api.conftest import Tenant

THINGS: Mapping[str, dict[str, Any]] = {
    "campaigns": {"name": "n", "utm": {"utm_source": "qr"}, "starts_at": "2027-01-01T00:00:00Z"},
    "destinations": {"name": "n", "target": {"type": "url", "url": "https://example.com/a"}},
    "domains": {"host": "go.example.com", "root_url": "https://example.com/"},
    "landing-pages": {"title": "n", "slug": "menu", "blocks": [{"type": "text", "text": "x"}]},
    "links": {"destination_url": "https://example.com/", "tags": ["a"], "metadata": {"n": 1}},
    "qr-codes": {"destination_url": "https://example.com/", "style": {"foreground": "#112233"}},
    "styles": {"name": "n", "style": {"modules": "rounded"}},
}
"""As they are made; all of it may be said again, but what a thing is called by."""
FIXED = {"host"}


@pytest.mark.parametrize("kind", THINGS)
async def test_the_same_again_changes_nothing(
    kind: str, api: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await api.post(f"/v1/{kind}", json=THINGS[kind])
    assert made.status_code == 201, made.text
    same = {name: made.json().get(name, value) for name, value in THINGS[kind].items()}
    same |= {"style": THINGS[kind]["style"]} if kind == "qr-codes" else {}
    same = {name: value for name, value in same.items() if name not in FIXED}
    await _changes_nothing(api, tenant, made.headers["location"], same, made.headers["etag"])


async def test_a_workspace_said_again_is_no_change(api: httpx.AsyncClient, tenant: Tenant) -> None:
    same = {"timezone": "UTC", "blocked_domains": []}
    etag = (await api.get("/v1/workspace")).headers["etag"]
    await _changes_nothing(api, tenant, "/v1/workspace", same, etag)


async def _changes_nothing(
    api: httpx.AsyncClient, tenant: Tenant, where: str, same: object, etag: str
) -> None:
    told = await _told(tenant)
    for body in (same, {}):
        answer = await api.patch(where, json=body)
        assert (answer.status_code, answer.headers.get("etag")) == (200, etag), answer.text
    assert await _told(tenant) == told


async def _told(tenant: Tenant) -> tuple[int, int]:
    row = await tenant.row(
        "SELECT (SELECT count(*) FROM audit_log) AS told, (SELECT count(*) FROM outbox) AS sent"
    )
    return row["told"], row["sent"]
