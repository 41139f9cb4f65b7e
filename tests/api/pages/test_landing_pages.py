"""Landing pages over HTTP, and the records that edges get of them."""

import asyncio
import base64
import io
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from qz_api.images.small import MAX_BYTES
from qz_api.pages import store
from qz_api.pages.compile import COMPILER
from qz_api.pages.recompile import recompile
from qz_common.ids import new_uuid, show_id
from qz_common.records import PageRecord, decode, page_key
from tests.api.conftest import MakeTenant, Tenant
from tests.api.pages.inert import read
from tests.api.pages.samples import page
from tests.api.test_duties import held
from tests.fixtures.postgres import Database
from tests.fixtures.wait import eventually

PATH = "/v1/landing-pages"


async def make(api: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await api.post(PATH, json={"title": "Menu", **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def published(tenant: Tenant, id: str) -> PageRecord:
    row = await tenant.row("SELECT value FROM routes WHERE key = $1", page_key(id))
    record = decode(row["value"])
    assert isinstance(record, PageRecord)
    return record


def button(url: str) -> dict[str, Any]:
    return {"type": "button", "label": "Go", "to": {"type": "url", "url": url}}


async def test_a_page_is_published_as_it_is_made(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await make(api, **page())
    record = await published(tenant, made["id"])
    assert (record.id, record.workspace, record.status) == (made["id"], tenant.text, "active")
    assert read(record.html["en"]).complaints == []
    assert {action.id: action.href for action in record.actions}["go"] == "https://example.com/x"
    sent = await tenant.rows("SELECT key FROM outbox")
    assert [row["key"] for row in sent] == [page_key(made["id"])]


async def test_what_was_written_is_shown_again_in_canonical_form(api: httpx.AsyncClient) -> None:
    made = await make(api, blocks=[button("HTTPS://Example.com/ü")])
    assert made["blocks"][0]["to"]["url"] == "https://example.com/%C3%BC"
    assert len(made["blocks"][0]["id"]) == 6
    assert (await api.get(f"{PATH}/{made['id']}")).json() == made


async def test_blocks_keep_their_ids_over_a_change(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await make(api, blocks=[button("https://example.com/a")])
    blocks = [{"type": "divider"}, *made["blocks"]]
    changed = (await api.patch(f"{PATH}/{made['id']}", json={"blocks": blocks})).json()
    assert changed["blocks"][1]["id"] == made["blocks"][0]["id"]
    record = await published(tenant, made["id"])
    assert [action.id for action in record.actions] == [made["blocks"][0]["id"]]


async def test_a_change_leaves_the_rest_and_moves_the_version(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await make(api, subtitle="Today", slug="menu")
    before = await published(tenant, made["id"])
    answer = await api.patch(f"{PATH}/{made['id']}", json={"title": "Lunch"})
    assert answer.headers["etag"] == '"2"'
    changed = answer.json()
    assert (changed["title"], changed["subtitle"], changed["slug"]) == ("Lunch", "Today", "menu")
    after = await published(tenant, made["id"])
    assert after.version > before.version
    assert "Lunch" in after.html["en"]
    stale = await api.patch(
        f"{PATH}/{made['id']}", json={"title": "x"}, headers={"If-Match": '"1"'}
    )
    assert stale.status_code == 412


async def test_a_page_that_is_not_published_takes_a_break(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await make(api, published=False)
    assert (await published(tenant, made["id"])).status == "paused"
    await api.patch(f"{PATH}/{made['id']}", json={"published": True})
    assert (await published(tenant, made["id"])).status == "active"
    listed = (await api.get(PATH, params={"published": "false"})).json()
    assert listed["data"] == []


@pytest.mark.parametrize(
    ("blocks", "pointer", "code"),
    [
        ([button("javascript:alert(1)")], "/blocks/0/to", "invalid_destination_url"),
        ([button("https://qz.example/x")], "/blocks/0/to", "own_host_destination"),
        ([button("http://169.254.169.254/")], "/blocks/0/to", "private_destination"),
        (
            [{"type": "divider"}, {"type": "video", "url": "https://a@evil.example/"}],
            "/blocks/1",
            "userinfo_not_allowed",
        ),
        (
            [{"type": "button", "label": "x", "to": {"type": "phone", "number": "*#06#"}}],
            "/blocks/0/to",
            "invalid_phone_number",
        ),
        (
            [{"type": "button", "label": "x", "to": {"type": "email", "address": "a@b\r\nBcc:c"}}],
            "/blocks/0/to",
            "invalid_email_address",
        ),
        (
            [{"type": "image", "picture_id": "pic_" + "0" * 26}],
            "/blocks/0/picture_id",
            "unknown_picture",
        ),
    ],
)
async def test_every_address_goes_through_the_gate(
    blocks: list[Any], pointer: str, code: str, api: httpx.AsyncClient
) -> None:
    answer = await api.post(PATH, json={"title": "x", "blocks": blocks})
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        (pointer, code)
    ]


async def test_a_picture_is_carried_inside_the_page(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant
) -> None:
    picture = await keep_picture(tenant)
    blocks = [{"type": "image", "picture_id": picture, "alt": "Noise"}]
    made = await make(api, blocks=blocks)
    html = (await published(tenant, made["id"])).html["en"]
    assert read(html).complaints == []
    body = base64.b64decode(body_in(html))
    assert len(body) <= MAX_BYTES
    with Image.open(io.BytesIO(body)) as small:
        assert (small.format, small.width) == ("WEBP", 896)
    stranger = await (await make_tenant()).client()
    answer = await stranger.post(PATH, json={"title": "x", "blocks": blocks})
    assert answer.json()["errors"][0]["code"] == "unknown_picture"


async def test_a_picture_is_made_small_once_and_not_by_the_worker(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    picture = await keep_picture(tenant)
    made = await make(api, blocks=[{"type": "image", "picture_id": picture, "alt": "Noise"}])
    html = (await published(tenant, made["id"])).html["en"]
    await tenant.rows("UPDATE pictures SET data = 'no picture any more'")
    await api.patch(f"{PATH}/{made['id']}", json={"title": "y"})
    await tenant.rows("UPDATE pages SET compiler = 0")
    await recompile(tenant.deps.db)
    after = (await published(tenant, made["id"])).html["en"]
    assert body_in(after) == body_in(html) != ""


async def test_a_page_from_before_small_pictures_gets_them_when_it_is_touched(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    picture = await keep_picture(tenant)
    made = await make(api, blocks=[{"type": "image", "picture_id": picture, "alt": "Noise"}])
    for touch in (
        api.build_request("PATCH", f"{PATH}/{made['id']}", json={"title": "y"}),
        api.build_request("GET", f"{PATH}/{made['id']}/preview"),
    ):
        await tenant.rows("UPDATE pictures SET small = NULL")
        answer = await api.send(touch)
        assert answer.status_code == 200, answer.text
        assert (await tenant.row("SELECT length(small) AS n FROM pictures"))["n"] > 0


def body_in(html: str) -> str:
    return html.partition("data:image/webp;base64,")[2].partition('"')[0]


async def keep_picture(tenant: Tenant) -> str:
    """Smooth shapes with some noise, as a photo has."""
    random = np.random.default_rng(7)
    across = np.linspace(0, 200, 1200)[None, :, None] + np.zeros((900, 1, 3))
    pixels = (across + random.integers(0, 20, (900, 1200, 3))).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    id = new_uuid()
    await tenant.rows(
        """INSERT INTO pictures (id, workspace_id, mode, digest, width, height, data, created_by,
               created_at) VALUES ($1, $2, 'live', $3, 1200, 900, $4, 'test', now())""",
        id,
        tenant.id,
        "0" * 64,
        data.getvalue(),
    )
    return show_id("pic", id)


async def test_all_wrong_addresses_are_told_at_once(api: httpx.AsyncClient) -> None:
    blocks = [button("javascript:x"), button("https://example.com"), button("//evil.example")]
    answer = await api.post(PATH, json={"title": "x", "blocks": blocks})
    pointers = [each["pointer"] for each in answer.json()["errors"]]
    assert pointers == ["/blocks/0/to", "/blocks/2/to"]


async def test_a_domain_that_the_workspace_blocks_is_refused(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    await tenant.rows("UPDATE workspaces SET blocked_domains = '{bad.example}'")
    answer = await api.post(PATH, json={"title": "x", "blocks": [button("https://x.bad.example")]})
    assert answer.json()["errors"][0]["code"] == "domain_blocked"


async def test_a_text_that_is_too_long_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post(PATH, json={"title": {"en": "x" * 201}})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/title", "too_long")


async def test_colours_that_can_not_be_read_are_refused(api: httpx.AsyncClient) -> None:
    light = {"background": "#ffffff", "text": "#bbbbbb", "accent": "#000000"}
    answer = await api.post(PATH, json={"title": "x", "theme": {"light": light}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "low_contrast"


async def test_a_page_too_large_for_a_message_is_refused(api: httpx.AsyncClient) -> None:
    languages = [f"{letter}a" for letter in "abcdefghij"]
    blocks = [{"type": "text", "text": "&" * 5000}] * 10
    answer = await api.post(PATH, json={"title": "x", "languages": languages, "blocks": blocks})
    assert (answer.status_code, answer.json()["code"]) == (422, "page_too_large")


async def test_a_slug_is_one_pages_own(api: httpx.AsyncClient, tenant: Tenant) -> None:
    await make(api, slug="menu")
    second = await make(api, slug="drinks")
    for answer in (
        await api.post(PATH, json={"title": "x", "slug": "menu"}),
        await api.patch(f"{PATH}/{second['id']}", json={"slug": "menu"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
    test = await tenant.client(mode="test")
    assert (await make(test, slug="menu"))["mode"] == "test"
    found = (await api.get(PATH, params={"slug": "menu"})).json()["data"]
    assert [each["slug"] for each in found] == ["menu"]
    await api.delete(f"{PATH}/{found[0]['id']}")
    assert (await api.patch(f"{PATH}/{second['id']}", json={"slug": "menu"})).status_code == 200


async def test_no_link_is_made_to_a_page_that_goes_meanwhile(
    api: httpx.AsyncClient, database: Database
) -> None:
    made = await make(api)
    async with held(database, "UPDATE pages SET deleted_at = now()") as holder:
        making = asyncio.create_task(api.post("/v1/links", json={"landing_page_id": made["id"]}))
        await eventually(lambda: holder.fetchval("SELECT true FROM pg_locks WHERE NOT granted"))
    assert (await making).status_code == 422


async def test_a_page_that_a_link_shows_is_kept(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await make(api)
    link = await api.post("/v1/links", json={"landing_page_id": made["id"]})
    assert link.status_code == 201, link.text
    refused = await api.delete(f"{PATH}/{made['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "page_in_use")
    assert link.json()["id"] in refused.json()["detail"]
    await api.delete(f"/v1/links/{link.json()['id']}")
    assert (await api.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert (await api.get(f"{PATH}/{made['id']}")).status_code == 404
    assert (await published(tenant, made["id"])).status == "deleted"


async def test_another_workspaces_page_can_not_be_shown(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    made = await make(api)
    stranger = await (await make_tenant()).client()
    answer = await stranger.post("/v1/links", json={"landing_page_id": made["id"]})
    assert answer.status_code in (404, 422)
    assert made["title"] not in answer.text


async def test_a_preview_is_the_page_and_inert(api: httpx.AsyncClient) -> None:
    made = await make(api, title={"en": "Menu", "pt": "Ementa"}, languages=["en", "pt"])
    path = f"{PATH}/{made['id']}/preview"
    shown = await api.get(path, params={"language": "pt"})
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert "Ementa" in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("; sandbox")
    assert "Menu" in (await api.get(path, params={"language": "fr"})).text


async def test_every_change_is_in_the_audit_log(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await make(api)
    await api.patch(f"{PATH}/{made['id']}", json={"title": "Lunch"})
    await api.delete(f"{PATH}/{made['id']}")
    rows = await tenant.rows("SELECT action, before, after FROM audit_log ORDER BY at, id")
    assert [row["action"] for row in rows] == [
        "landing_page.created",
        "landing_page.updated",
        "landing_page.deleted",
    ]
    assert (rows[1]["before"], rows[1]["after"]) == ({"title": "Menu"}, {"title": "Lunch"})


async def test_pages_of_an_older_compiler_are_made_again(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    ids = [(await make(api))["id"] for _ in range(3)]
    before = await published(tenant, ids[0])
    await tenant.rows("UPDATE pages SET compiler = 0")
    await tenant.rows("""UPDATE pages SET document = '{"title": []}' WHERE id = (
        SELECT id FROM pages ORDER BY id DESC LIMIT 1)""")
    await recompile(tenant.deps.db)
    async with tenant.deps.db.system() as conn:
        assert await store.lock_outdated(conn, COMPILER, 10) == []
    assert (await published(tenant, ids[0])).version > before.version
    assert "Menu" in (await published(tenant, ids[2])).html["en"]


async def test_a_key_changes_no_page_that_a_locked_code_shows(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    made = await make(api)
    body = {"landing_page_id": made["id"], "locked": ["compliance"]}
    assert (await api.post("/v1/qr-codes", json=body)).status_code == 201
    for change in ({"title": "Other"}, {"published": False}, {"blocks": [button("https://x.org")]}):
        refused = await api.patch(f"{PATH}/{made['id']}", json=change)
        assert (refused.status_code, refused.json()["code"]) == (409, "code_locked"), refused.text
    assert (await published(tenant, made["id"])).status == "active"
    for unseen in ({"slug": "menu"}, {"title": "Menu"}):
        assert (await api.patch(f"{PATH}/{made['id']}", json=unseen)).status_code == 200


async def test_a_new_page_and_an_old_one_that_want_a_slug_at_once(api: httpx.AsyncClient) -> None:
    for number in range(15):
        old, body = await make(api), {"slug": f"wanted-{number}"}
        answers = await asyncio.gather(
            api.post(PATH, json={"title": "New", **body}),
            api.patch(f"{PATH}/{old['id']}", json=body),
        )
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert won.status_code in (200, 201)
        assert (lost.status_code, lost.json()["code"]) == (409, "slug_taken")
