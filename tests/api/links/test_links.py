"""Links by themselves, moved by what they lead to, and stopped by the operator."""

from typing import Any

import httpx

from tests.api.codes.test_create import URL, WHOLE, pointers, record_of
from tests.api.conftest import MakeTenant, Tenant
from tests.fixtures.api import INTERNAL_TOKEN

OPERATOR = {"Authorization": f"Bearer {INTERNAL_TOKEN}"}


async def destination_of(api: httpx.AsyncClient, url: str) -> str:
    body = {"name": "Shop", "target": {"type": "url", "url": url}}
    answer = await api.post("/v1/destinations", json=body)
    assert answer.status_code == 201, answer.text
    id: str = answer.json()["id"]
    return id


async def test_a_link_is_made_changed_deleted_and_brought_back(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    body = {name: WHOLE[name] for name in WHOLE if name not in ("style", "format", "size")}
    made = await api.post("/v1/links", json={**body, "locked": []})
    assert made.status_code == 201, made.text
    where, link = made.headers["location"], made.json()
    assert (link["name"], link["tags"], link["metadata"]) == (
        "Packaging insert",
        ["summer", "zürich west"],
        WHOLE["metadata"],
    )
    assert (await api.get(where)).json() == link
    changed = await api.patch(
        where, json={"rules": [], "status": "archived"}, headers={"If-Match": made.headers["etag"]}
    )
    assert (changed.json()["status"], changed.json()["version"]) == ("archived", 2)
    stale = await api.patch(where, json={"name": "x"}, headers={"If-Match": made.headers["etag"]})
    assert stale.status_code == 412
    assert (await api.delete(where)).status_code == 204
    assert (await api.get(where)).status_code == 404
    assert (await api.post(f"{where}/restore")).json()["status"] == "archived"
    assert (await record_of(tenant, "packaging-insert")).status == "archived"
    copy = (await api.post(f"{where}/duplicate", json={})).json()
    assert (copy["status"], copy["fallback_url"]) == ("active", link["fallback_url"])


async def test_links_belong_to_one_workspace(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    where = (await api.post("/v1/links", json={"destination_url": URL})).headers["location"]
    stranger = await (await make_tenant()).client()
    for method, path in (
        ("GET", where),
        ("PATCH", where),
        ("DELETE", where),
        ("POST", f"{where}/restore"),
        ("POST", f"{where}/duplicate"),
        ("GET", f"{where}/qr-codes"),
        ("GET", f"{where}/versions"),
        ("POST", f"{where}/explain"),
        ("POST", f"{where}/replay"),
    ):
        has_body = method in ("PATCH", "POST") and not path.endswith("restore")
        body: dict[str, Any] | None = {} if has_body else None
        assert (await stranger.request(method, path, json=body)).status_code == 404, path
    assert (await stranger.get("/v1/links")).json()["data"] == []


async def test_a_destination_moves_its_links_at_once(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    id = await destination_of(api, "https://example.com/old")
    first = await api.post("/v1/qr-codes", json={"destination_id": id, "slug": "by-default"})
    assert first.json()["link"]["destination_url"] == "https://example.com/old"
    rules = [
        {
            "split": [
                {"variant": "a", "weight": 1, "destination_id": id},
                {"variant": "b", "weight": 1, "destination_url": URL},
            ]
        }
    ]
    await api.post("/v1/qr-codes", json={"destination_url": URL, "rules": rules, "slug": "by-arm"})
    await api.patch(
        f"/v1/destinations/{id}", json={"target": {"type": "url", "url": "https://example.com/new"}}
    )
    default, arm = await record_of(tenant, "by-default"), await record_of(tenant, "by-arm")
    assert default.location == "https://example.com/new"
    assert default.destination_id == id
    assert arm.rules[0].split[0].destination_url == "https://example.com/new"
    shown = await api.get(first.headers["location"])
    assert shown.json()["link"]["destination_url"] == "https://example.com/new"
    assert shown.headers["etag"] != first.headers["etag"]
    found = (await api.get("/v1/qr-codes", params={"q": "example.com/new"})).json()["data"]
    assert [code["id"] for code in found] == [first.json()["id"]]
    in_use = await api.delete(f"/v1/destinations/{id}")
    assert in_use.status_code == 409
    freed = await api.patch(first.headers["location"], json={"destination_id": None})
    assert freed.json()["link"]["destination_url"] == "https://example.com/new"


async def test_one_way_replaces_the_other(api: httpx.AsyncClient) -> None:
    id = await destination_of(api, "https://example.com/saved")
    made = await api.post("/v1/links", json={"destination_url": URL})
    where = made.headers["location"]
    bound = (await api.patch(where, json={"destination_id": id})).json()
    assert (bound["destination_id"], bound["destination_url"]) == (id, "https://example.com/saved")
    plain = (await api.patch(where, json={"destination_url": URL})).json()
    assert (plain["destination_id"], plain["destination_url"]) == (None, URL)
    both = await api.patch(where, json={"destination_url": URL, "destination_id": id})
    assert (both.status_code, both.json()["code"]) == (422, "destination_twice")


async def test_a_campaign_puts_its_parameters_on(api: httpx.AsyncClient, tenant: Tenant) -> None:
    utm = {"utm_source": "campaign", "utm_medium": "print"}
    campaign = await api.post("/v1/campaigns", json={"name": "Spring", "utm": utm})
    assert campaign.status_code == 201, campaign.text
    id = campaign.json()["id"]
    body = {
        "destination_url": URL,
        "slug": "of-spring",
        "campaign_id": id,
        "utm": {"utm_source": "own"},
    }
    made = (await api.post("/v1/qr-codes", json=body)).json()
    assert made["campaign_id"] == id
    record = await record_of(tenant, "of-spring")
    assert (record.campaign, record.utm) == (id, {"utm_source": "own", "utm_medium": "print"})
    await api.patch(f"/v1/campaigns/{id}", json={"utm": {"utm_medium": "poster"}})
    assert (await record_of(tenant, "of-spring")).utm == {
        "utm_source": "own",
        "utm_medium": "poster",
    }
    listed = (await api.get("/v1/qr-codes", params={"campaign": id})).json()["data"]
    assert [code["id"] for code in listed] == [made["id"]]


async def test_a_landing_page_is_a_destination(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant
) -> None:
    body = {"title": "Hello", "slug": "hello-page"}
    page = await api.post("/v1/landing-pages", json=body)
    assert page.status_code == 201, page.text
    id = page.json()["id"]
    made = await api.post("/v1/qr-codes", json={"landing_page_id": id, "slug": "to-page"})
    assert made.status_code == 201, made.text
    assert made.json()["link"]["landing_page_id"] == id
    assert (await record_of(tenant, "to-page")).page == id
    stranger = await (await make_tenant()).client()
    theirs = await stranger.post("/v1/qr-codes", json={"landing_page_id": id})
    assert pointers(theirs) == {"/landing_page_id": "unknown_landing_page"}
    alone = await api.patch(made.headers["location"], json={"landing_page_id": None})
    assert pointers(alone) == {"/landing_page_id": "required"}


async def test_an_own_domain_has_to_be_verified_and_ones_own(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    for host in ("go.acme.example", "dom_0000000000000000000000000a"):
        answer = await api.post("/v1/links", json={"destination_url": URL, "host": host})
        assert pointers(answer) == {"/host": "unknown_domain"}
    claimed = await api.post("/v1/domains", json={"host": "go.acme.example"})
    assert claimed.status_code == 201, claimed.text
    waiting = await api.post(
        "/v1/links", json={"destination_url": URL, "domain_id": claimed.json()["id"]}
    )
    assert waiting.json()["code"] == "domain_not_verified"


async def test_the_operator_blocks_a_link_on_every_edge(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": URL, "slug": "phishing"})
    where = made.headers["location"]
    await api.patch(where, json={"status": "paused"})
    body = {"slug": "PHISHING", "reason": "reported"}
    assert (await api.post("/internal/links/block", json=body)).status_code == 404
    blocked = await anonymous.post("/internal/links/block", json=body, headers=OPERATOR)
    assert (blocked.status_code, blocked.json()["status"]) == (200, "blocked")
    assert (await record_of(tenant, "phishing")).status == "blocked"
    assert (await api.get(where)).json()["status"] == "blocked"
    refused = await api.patch(where, json={"status": "active"})
    assert (refused.status_code, refused.json()["code"]) == (409, "code_blocked")
    moved = await api.patch(where, json={"destination_url": "https://example.org/"})
    assert moved.json()["status"] == "blocked"
    assert (await api.post(f"{where}/duplicate", json={})).json()["code"] == "code_blocked"
    await api.delete(where)
    await api.post(f"{where}/restore")
    assert (await record_of(tenant, "phishing")).status == "blocked"
    row = await tenant.row("SELECT actor_id FROM audit_log WHERE action = 'abuse.blocked'")
    assert row["actor_id"] == "operator"
    await anonymous.post("/internal/links/unblock", json=body, headers=OPERATOR)
    assert (await record_of(tenant, "phishing")).status == "paused"
    nothing = await anonymous.post(
        "/internal/links/block", json={"slug": "nothing"}, headers=OPERATOR
    )
    assert nothing.status_code == 404


async def test_a_saved_style_is_copied(api: httpx.AsyncClient) -> None:
    saved = await api.post(
        "/v1/styles", json={"name": "Brand", "style": {"foreground": "#111827", "modules": "dots"}}
    )
    assert saved.status_code == 201, saved.text
    body: dict[str, Any] = {"destination_url": URL, "style_id": saved.json()["id"]}
    code = (await api.post("/v1/qr-codes", json={**body, "style": {"modules": "rounded"}})).json()
    assert (code["style"]["foreground"], code["style"]["modules"]) == ("#111827", "rounded")
    assert code["style_id"] == saved.json()["id"]
    absent = await api.post(
        "/v1/qr-codes", json={**body, "style_id": "sty_0000000000000000000000000a"}
    )
    assert pointers(absent) == {"/style_id": "unknown_style"}


async def test_an_end_before_its_beginning_is_an_invalid_window(api: httpx.AsyncClient) -> None:
    window = {"starts_at": "2027-01-02T00:00:00Z", "expires_at": "2027-01-01T00:00:00Z"}
    made = await api.post("/v1/links", json={"destination_url": URL, **window})
    assert (made.status_code, made.json()["code"]) == (422, "invalid_window")
    assert pointers(made) == {"/expires_at": "invalid_window"}
