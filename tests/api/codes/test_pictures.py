"""Pictures on codes: fetched before the code is written, drawn from our copy ever after."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import MakeTenant, Tenant
from tests.api.images.pictures import base64_of, logo_png
from tests.common.test_egress_loopback import answer, loopback, says

URL = "https://example.com/menu"


@pytest.fixture
def api_environment(api_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return {
        **api_environment,
        "RENDER_PROCESSES": "1",
        "IMAGE_CACHE_DIR": str(tmp_path / "images"),
        "EGRESS_ALLOW_NETWORKS": "127.0.0.1/32",
    }


async def brought(api: httpx.AsyncClient, color: str = "#b91c1c") -> str:
    made = await api.post("/v1/pictures", json={"data": base64_of(logo_png(color))})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def made(api: httpx.AsyncClient, **style: object) -> Any:
    answer = await api.post("/v1/qr-codes", json={"destination_url": URL, "style": style})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def patched(api: httpx.AsyncClient, id: str, **style: object) -> Any:
    answer = await api.patch(f"/v1/qr-codes/{id}", json={"style": style})
    assert answer.status_code == 200, answer.text
    return answer.json()["style"]


def pointers(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


async def test_a_copy_that_a_code_brought_stands_in_the_audit_log(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    async with loopback(says(answer(logo_png()))) as host:
        url = f"{host.url}/logo.png"
        code = await made(api, logo_url=url)
    [entry] = await tenant.rows(
        "SELECT object_id, actor_id, after FROM audit_log WHERE action = 'picture.created'"
    )
    assert entry["object_id"] == code["style"]["logo_id"]
    assert entry["actor_id"].startswith("key_")
    assert entry["after"]["source_url"] == url


async def test_a_foreign_logo_is_asked_for_once_and_before_the_code_is_there(
    api: httpx.AsyncClient,
) -> None:
    async with loopback(says(answer(logo_png()))) as host:
        url = f"{host.url}/logo.png"
        code = await made(api, logo_url=url)
        assert host.connections == 1
        again = await made(api, logo_url=url)
        assert host.connections == 1
    assert code["style"]["logo_url"] == url
    assert code["style"]["logo_id"] == again["style"]["logo_id"]
    image = await api.get(f"/v1/qr-codes/{code['id']}/image")
    assert image.status_code == 200, image.text


async def test_a_logo_that_cannot_be_had_is_told_with_everything_else(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    async with loopback(says(answer(b"no", "404 Not Found"))) as host:
        style = {"logo_url": f"{host.url}/x.png", "background_image_url": "no address"}
        body = {"destination_url": URL, "size": 1, "style": style}
        refused = await api.post("/v1/qr-codes", json=body)
    assert pointers(refused) == {
        "/style/logo_url": "bad_response",
        "/style/background_image_url": "invalid_value",
        "/size": "out_of_range",
    }
    assert await tenant.rows("SELECT FROM codes") == []


@pytest.mark.parametrize("data", [b"no picture at all", b"<svg xmlns='x'></svg>", b""])
async def test_a_logo_that_is_no_picture_is_refused(api: httpx.AsyncClient, data: bytes) -> None:
    async with loopback(says(answer(data))) as host:
        style = {"logo_url": f"{host.url}/logo.png"}
        body = {"destination_url": URL, "style": style}
        first, second = [await api.post("/v1/qr-codes", json=body) for _ in range(2)]
    assert list(pointers(first)) == ["/style/logo_url"]
    assert second.json()["errors"] == first.json()["errors"]


@pytest.mark.parametrize("url", ["https://x.example/" + "a" * 3000, "https://a b/", "", 7, {}])
async def test_an_address_that_is_none_is_refused_unasked(
    api: httpx.AsyncClient, url: object
) -> None:
    for path, body in (("/v1/qr-codes", {"destination_url": URL}), ("/v1/styles", {"name": "x"})):
        refused = await api.post(path, json={**body, "style": {"logo_url": url}})
        assert "/style/logo_url" in pointers(refused)


async def test_a_picture_of_ours_stands_on_a_code(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    id = await brought(api)
    code = await made(api, logo_id=id)
    assert code["style"]["logo_id"] == id
    image = await api.get(f"/v1/qr-codes/{code['id']}/image")
    assert image.status_code == 200, image.text
    stranger = await (await make_tenant()).client()
    body = {"destination_url": URL, "style": {"logo_id": id}}
    assert pointers(await stranger.post("/v1/qr-codes", json=body)) == {
        "/style/logo_id": "unknown_picture"
    }


async def test_a_picture_is_replaced_as_a_whole(api: httpx.AsyncClient) -> None:
    other = await brought(api, "#123456")
    async with loopback(says(answer(logo_png()))) as host:
        code = await made(api, logo_url=f"{host.url}/a.png")
        first = code["style"]
        kept = await patched(api, code["id"], modules="rounded")
        assert kept["logo_id"] == first["logo_id"]
        ours = await patched(api, code["id"], logo_id=other)
        assert (ours["logo_id"], ours["logo_url"]) == (other, None)
        foreign = await patched(api, code["id"], logo_url=f"{host.url}/b.png")
        assert foreign["logo_id"] == first["logo_id"]
    bare = await patched(api, code["id"], logo_url=None)
    assert "logo_id" not in bare


async def test_a_code_from_before_its_picture_was_fetched_can_be_changed(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    code = await made(api)
    await tenant.rows("UPDATE codes SET style = $1", {"logo_url": "https://gone.example/logo.png"})
    changed = await patched(api, code["id"], modules="rounded")
    assert changed["logo_url"] == "https://gone.example/logo.png"


async def test_a_saved_look_brings_its_picture_along(api: httpx.AsyncClient) -> None:
    id = await brought(api)
    look = (await api.post("/v1/styles", json={"name": "x", "style": {"logo_id": id}})).json()
    body = {"destination_url": URL, "style_id": look["id"]}
    code = (await api.post("/v1/qr-codes", json=body)).json()
    assert code["style"]["logo_id"] == id


async def test_rows_of_one_call_share_what_is_fetched(api: httpx.AsyncClient) -> None:
    async with loopback(says(answer(logo_png()))) as host:
        body = {
            "defaults": {"destination_url": URL, "style": {"logo_url": f"{host.url}/logo.png"}},
            "items": [{"name": str(number)} for number in range(50)],
        }
        many = await api.post("/v1/qr-codes/bulk", json=body)
        assert many.status_code == 200, many.text
        assert host.connections == 1
        codes = many.json()["data"]
        assert len({code["style"]["logo_id"] for code in codes}) == 1
        items = [{"id": code["id"]} for code in codes]
        defaults = {"style": {"logo_url": f"{host.url}/other.png"}}
        body = {"defaults": defaults, "items": items}
        changed = await api.post("/v1/qr-codes/bulk/update", json=body)
        assert changed.status_code == 200, changed.text
        assert host.connections == 2


async def test_the_row_with_a_bad_picture_is_named(api: httpx.AsyncClient, tenant: Tenant) -> None:
    async with loopback(says(answer(b"", "500 Broken"))) as host:
        rows: list[dict[str, object]] = [{}, {"style": {"logo_url": f"{host.url}/logo.png"}}]
        body = {"defaults": {"destination_url": URL}, "items": rows}
        refused = await api.post("/v1/qr-codes/bulk", json=body)
    assert pointers(refused) == {"/items/1/style/logo_url": "bad_response"}
    assert await tenant.rows("SELECT FROM codes") == []


async def test_one_call_asks_few_hosts(api: httpx.AsyncClient) -> None:
    async with loopback(says(answer(logo_png()))) as host:
        rows = [{"style": {"logo_url": f"{host.url}/{number}.png"}} for number in range(9)]
        body = {"defaults": {"destination_url": URL}, "items": rows}
        refused = await api.post("/v1/qr-codes/bulk", json=body)
        assert await host.saw_nobody()
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_pictures")


async def test_a_picture_stays_while_a_code_shows_it_or_could_again(
    api: httpx.AsyncClient,
) -> None:
    id = await brought(api)
    code = await made(api, logo_id=id)
    await api.delete(f"/v1/qr-codes/{code['id']}")
    refused = await api.delete(f"/v1/pictures/{id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "picture_in_use")
    await api.post(f"/v1/qr-codes/{code['id']}/restore")
    await patched(api, code["id"], logo_id=None)
    assert (await api.delete(f"/v1/pictures/{id}")).status_code == 204


async def test_a_picture_stays_while_a_landing_page_shows_it(api: httpx.AsyncClient) -> None:
    id = await brought(api)
    block = {"type": "image", "picture_id": id, "alt": "a dot"}
    page = await api.post("/v1/landing-pages", json={"title": "Menu", "blocks": [block]})
    assert page.status_code == 201, page.text
    refused = await api.delete(f"/v1/pictures/{id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "picture_in_use")
    await api.delete(page.headers["location"])
    assert (await api.delete(f"/v1/pictures/{id}")).status_code == 204


async def test_a_picture_is_either_shown_or_deleted_never_both(api: httpx.AsyncClient) -> None:
    for number in range(10):
        id = await brought(api, f"#0000{number:02}")
        body = {"destination_url": URL, "style": {"logo_id": id}}
        shown, gone = await asyncio.gather(
            api.post("/v1/qr-codes", json=body), api.delete(f"/v1/pictures/{id}")
        )
        assert (shown.status_code, gone.status_code) in {(201, 409), (422, 204)}
