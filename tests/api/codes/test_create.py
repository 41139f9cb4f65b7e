"""Making codes: every field, where it may stand, and everything wrong with it at once."""

from typing import Any

import httpx
import pytest

from qz_common.records import CodeRecord, decode
from tests.api.conftest import MakeTenant, Tenant

URL = "https://example.com/a"
WHOLE: dict[str, Any] = {
    "name": "Packaging insert",
    "destination_url": URL,
    "slug": "Packaging-Insert",
    "rules": [
        {
            "when": [{"kind": "country", "values": ["pt"]}],
            "destination_url": "https://example.com/pt",
        }
    ],
    "starts_at": "2026-01-01T00:00:00Z",
    "expires_at": "2036-01-01T02:00:00+02:00",
    "max_scans": 1000,
    "fallback_url": "https://example.com/over",
    "password": "open sesame",
    "utm": {"utm_source": "box"},
    "pass_query": True,
    "app": {"ios": "https://apps.apple.com/app/id1"},
    "preview": True,
    "locked": ["compliance", "encrypted"],
    "tags": ["  Summer ", "summer", "Zürich  West"],
    "metadata": {"sku": "A-1", "run": 3, "proof": True},
    "style": {"foreground": "#111827", "modules": "rounded"},
    "format": "svg",
    "size": {"mm": 30, "dpi": 300},
}


async def record_of(tenant: Tenant, slug: str) -> CodeRecord:
    """The record as it was published last."""
    row = await tenant.row("SELECT value FROM routes WHERE key = $1", f"code:/{slug}")
    record = decode(row["value"])
    assert isinstance(record, CodeRecord)
    return record


def pointers(answer: httpx.Response) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


async def test_every_field_is_kept_and_shown(api: httpx.AsyncClient, tenant: Tenant) -> None:
    answer = await api.post("/v1/qr-codes", json=WHOLE)
    assert answer.status_code == 201, answer.text
    code, link = answer.json(), answer.json()["link"]
    assert link["slug"] == "packaging-insert"
    assert link["short_url"] == "https://qz.example/packaging-insert"
    assert (link["has_password"], link["max_scans"], link["pass_query"]) == (True, 1000, True)
    assert link["expires_at"] == "2036-01-01T00:00:00.000Z"
    assert "sesame" not in answer.text
    assert code["tags"] == ["summer", "zürich west"]
    assert code["locked"] == ["encrypted", "compliance"]
    assert code["metadata"] == WHOLE["metadata"]
    assert (code["format"], code["size"]) == ("svg", WHOLE["size"])
    assert code["style"]["quiet_zone"] == 4
    assert code["content"] == {"kind": "url", "url": URL}
    assert (await api.get(f"/v1/qr-codes/{code['id']}")).json() == code
    record = await record_of(tenant, "packaging-insert")
    assert (record.location, record.fallback) == (URL, "https://example.com/over")
    assert record.password.startswith("$scrypt$")
    assert record.utm == {"utm_source": "box"}
    assert (record.pass_query, record.preview, record.max_scans) == (True, True, 1000)
    assert record.rules[0].destination_url == "https://example.com/pt"
    assert record.app is not None
    assert record.app.ios == "https://apps.apple.com/app/id1"
    assert (record.code, record.link) == (code["id"], link["id"])


async def test_the_password_is_in_no_table_but_hashed(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    await api.post("/v1/qr-codes", json=WHOLE)
    for table in ("links", "codes", "link_versions", "audit_log", "outbox"):
        rows = await tenant.rows(f"SELECT t::text AS line FROM {table} t")
        assert rows
        assert not any("sesame" in row["line"] for row in rows)


async def test_options_may_stand_under_link(api: httpx.AsyncClient) -> None:
    body = {"link": {"destination_url": URL, "slug": "under-link"}, "name": "x"}
    code = (await api.post("/v1/qr-codes", json=body)).json()
    assert (code["link"]["slug"], code["link"]["destination_url"]) == ("under-link", URL)


async def test_an_option_in_two_places_must_say_the_same(api: httpx.AsyncClient) -> None:
    body = {"destination_url": URL, "link": {"destination_url": "https://example.org"}}
    answer = await api.post("/v1/qr-codes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "given_twice")
    assert pointers(answer) == {"/link/destination_url": "given_twice"}


async def test_content_of_a_url_code_is_its_destination(api: httpx.AsyncClient) -> None:
    content = {"kind": "url", "url": URL}
    code = (await api.post("/v1/qr-codes", json={"content": content})).json()
    assert code["link"]["destination_url"] == URL
    other = {"content": content, "destination_url": "https://example.org/"}
    assert (await api.post("/v1/qr-codes", json=other)).status_code == 422


async def test_everything_wrong_is_told_at_once(api: httpx.AsyncClient) -> None:
    body = {
        "destination_url": "javascript:alert(1)",
        "link": {"slug": "a!", "fallback_url": "https://u:p@example.com"},
        "rules": [
            {"when": [{"kind": "nope"}], "destination_url": URL},
            {"split": [{"variant": "a", "weight": 1, "destination_url": "http://10.0.0.1/"}]},
        ],
        "starts_at": "2026-02-01T00:00:00Z",
        "expires_at": "2026-01-01T00:00:00Z",
        "max_scans": 0,
        "utm": {"source": "x"},
        "app": {"symbian": URL},
        "campaign_id": "cmp_0000000000000000000000000a",
        "tags": ["a,b"],
        "style": {"foreground": "red", "logo_url": "http://169.254.169.254/x"},
        "size": 10,
    }
    answer = await api.post("/v1/qr-codes", json=body)
    assert answer.status_code == 422, answer.text
    assert pointers(answer) == {
        "/destination_url": "invalid_destination_url",
        "/link/slug": "invalid_slug",
        "/link/fallback_url": "userinfo_not_allowed",
        "/rules/0/when/0/kind": "unknown_kind",
        "/expires_at": "invalid_window",
        "/max_scans": "out_of_range",
        "/utm/source": "unknown_field",
        "/app/symbian": "unknown_field",
        "/campaign_id": "unknown_campaign",
        "/tags/0": "invalid_value",
        "/style/foreground": "invalid_color",
        "/style/logo_url": "private_address",
        "/size": "out_of_range",
    }


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://qz.example/other", "own_host_destination"),
        ("https://QZ.example.:443/other", "own_host_destination"),
        ("http://api.test/", "own_host_destination"),
        ("http://192.168.0.1/", "private_destination"),
        ("https://blocked.example/x", "domain_blocked"),
        ("https://example.com\\@evil.example/", "invalid_destination_url"),
        (" https://example.com", "invalid_destination_url"),
    ],
)
async def test_the_gate_judges_every_destination(
    api: httpx.AsyncClient, tenant: Tenant, url: str, code: str
) -> None:
    await tenant.row("UPDATE workspaces SET blocked_domains = ARRAY['blocked.example']")
    refused = await api.post("/v1/qr-codes", json={"destination_url": url})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    rules = [{"destination_url": url}]
    ruled = await api.post("/v1/qr-codes", json={"destination_url": URL, "rules": rules})
    assert pointers(ruled) == {"/rules/0/destination_url": code}


async def test_a_workspace_may_lead_into_its_intranet(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    await tenant.row("UPDATE workspaces SET allow_private_destinations = true")
    answer = await api.post("/v1/qr-codes", json={"destination_url": "http://192.168.0.1/menu"})
    assert answer.status_code == 201


async def test_letters_that_pass_for_others_force_a_preview(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    body = {"destination_url": "https://\u0430pple.com/", "slug": "homograph"}
    code = (await api.post("/v1/qr-codes", json=body)).json()
    assert code["link"]["destination_url"].startswith("https://xn--")
    assert "mixed_script" in code["link"]["flags"] or "confusable" in code["link"]["flags"]
    assert (await record_of(tenant, "homograph")).preview
    where = f"/v1/qr-codes/{code['id']}"
    await api.patch(where, json={"destination_url": URL})
    assert not (await record_of(tenant, "homograph")).preview


@pytest.mark.parametrize("slug", ["api", "ADMIN", "ab", "a" * 65, "..", "%2e%2e", "a/b", "ſlug"])
async def test_slugs_that_can_not_be_had(api: httpx.AsyncClient, slug: str) -> None:
    answer = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": slug})
    assert (answer.status_code, answer.json()["code"]) in {
        (422, "invalid_slug"),
        (422, "slug_reserved"),
    }


async def test_a_taken_slug_says_nothing_of_whose_it_is(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    body = {"destination_url": URL, "slug": "mine"}
    made = await api.post("/v1/qr-codes", json=body)
    mine = await api.post("/v1/qr-codes", json=body)
    stranger = await (await make_tenant()).client()
    theirs = await stranger.post("/v1/qr-codes", json={**body, "slug": "MINE"})
    assert (mine.status_code, mine.json()["code"]) == (409, "slug_taken")
    for each in (mine.json(), theirs.json()):
        each.pop("request_id")
    assert mine.json()["errors"] == theirs.json()["errors"]
    await api.delete(made.headers["location"])
    assert (await api.post("/v1/qr-codes", json=body)).status_code == 409


async def test_what_is_not_the_callers_to_set_is_unknown(api: httpx.AsyncClient) -> None:
    for name in ("tenant_id", "status", "plan", "scan_count", "created_at", "id", "mode"):
        answer = await api.post("/v1/qr-codes", json={"destination_url": URL, name: "x"})
        assert pointers(answer) == {f"/{name}": "unknown_field"}


async def test_other_peoples_things_are_as_good_as_absent(
    api: httpx.AsyncClient, make_tenant: MakeTenant, tenant: Tenant
) -> None:
    stranger = await (await make_tenant()).client()
    link = (await stranger.post("/v1/links", json={"destination_url": URL})).json()
    destination = (
        await stranger.post(
            "/v1/destinations",
            json={"name": "x", "target": {"type": "url", "url": URL}},
        )
    ).json()
    campaign = (await stranger.post("/v1/campaigns", json={"name": "x"})).json()
    for body in (
        {"link_id": link["id"]},
        {"destination_id": destination["id"]},
        {"destination_url": URL, "campaign_id": campaign["id"]},
        {"destination_url": URL, "rules": [{"destination_id": destination["id"]}]},
    ):
        theirs = await api.post("/v1/qr-codes", json=body)
        absent = await api.post(
            "/v1/qr-codes", content=_absent(body), headers={"content-type": "application/json"}
        )
        assert theirs.status_code == absent.status_code == 422, theirs.text
        assert theirs.json()["errors"] == absent.json()["errors"]
    test_mode = await tenant.client(mode="test")
    own = (await api.post("/v1/links", json={"destination_url": URL})).json()
    assert (await test_mode.post("/v1/qr-codes", json={"link_id": own["id"]})).status_code == 422


def _absent(body: dict[str, Any]) -> str:
    """The same body with an id that nobody has."""
    import json
    import re

    return re.sub(r"(lnk|dst|cmp)_[0-9a-z]{26}", r"\1_0000000000000000000000000a", json.dumps(body))


async def test_a_code_is_metered_only_when_it_is_made(make_tenant: MakeTenant) -> None:
    small = await (await make_tenant(codes_per_month=2)).client()
    first = await small.post("/v1/qr-codes", json={"destination_url": URL})
    await small.post("/v1/qr-codes", json={"destination_url": "nonsense"})
    await small.patch(first.headers["location"], json={"name": "renamed"})
    copy = await small.post(f"{first.headers['location']}/duplicate", json={})
    assert copy.status_code == 201
    over = await small.post("/v1/qr-codes", json={"destination_url": URL})
    assert (over.status_code, over.json()["code"]) == (429, "quota_exceeded")


@pytest.mark.parametrize("kind", ["destination_id", "landing_page_id"])
async def test_content_that_leads_elsewhere_than_what_is_named_is_refused(
    kind: str, api: httpx.AsyncClient
) -> None:
    target = {"name": "d", "target": {"type": "url", "url": URL}}
    named = {
        "destination_id": (await api.post("/v1/destinations", json=target)).json()["id"],
        "landing_page_id": (await api.post("/v1/landing-pages", json={"title": "p"})).json()["id"],
    }
    body = {"content": {"kind": "url", "url": "https://example.org/"}, kind: named[kind]}
    answer = await api.post("/v1/qr-codes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "destination_twice")
