"""Pictures: what comes in, what is kept, what is drawn."""

import io

import httpx
import pytest
from PIL import Image

from tests.api.conftest import MakeTenant, Tenant
from tests.api.images.conftest import make_code, said_by
from tests.api.images.pictures import base64_of, logo_png, written
from tests.common.test_egress_loopback import answer, loopback, says

URL = {"kind": "url", "url": "https://example.com/menu"}


async def brought(api: httpx.AsyncClient, data: bytes) -> str:
    made = await api.post("/v1/pictures", json={"data": base64_of(data)})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_a_picture_is_kept_as_our_own_copy(api: httpx.AsyncClient) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    photo = written(Image.effect_noise((300, 200), 80).convert("RGB"), "JPEG", exif=exif)
    id = await brought(api, photo)
    view = (await api.get(f"/v1/pictures/{id}")).json()
    assert (view["width"], view["height"]) == (300, 200)
    copy = await api.get(f"/v1/pictures/{id}/image")
    assert copy.headers["content-type"] == "image/png"
    assert copy.headers["content-security-policy"].startswith("sandbox")
    assert b"where it was taken" not in copy.content
    assert Image.open(io.BytesIO(copy.content)).size == (300, 200)


async def test_a_picture_too_large_as_png_is_kept_as_webp(api: httpx.AsyncClient) -> None:
    noise = Image.effect_noise((1400, 1400), 100).convert("RGB")
    id = await brought(api, written(noise, "WEBP", quality=60))
    copy = await api.get(f"/v1/pictures/{id}/image")
    assert copy.headers["content-type"] == "image/webp"
    assert len(copy.content) <= 2 << 20


async def test_the_same_picture_twice_is_one(api: httpx.AsyncClient) -> None:
    assert await brought(api, logo_png()) == await brought(api, logo_png())
    assert len((await api.get("/v1/pictures")).json()["data"]) == 1


async def test_a_logo_of_ours_is_drawn(api: httpx.AsyncClient) -> None:
    id = await brought(api, logo_png("#b91c1c"))
    body = {"content": URL, "style": {"logo_id": id, "logo_size": 0.2}}
    with_logo = await api.post("/v1/render", json=body)
    assert with_logo.status_code == 200, with_logo.text
    assert said_by(with_logo.content) == "https://example.com/menu"
    image = Image.open(io.BytesIO(with_logo.content)).convert("RGB")
    assert image.getpixel((image.width // 2, image.height // 2)) == (185, 28, 28)


async def test_a_background_of_ours_is_drawn(api: httpx.AsyncClient) -> None:
    id = await brought(api, written(Image.new("RGB", (64, 64), "#fde68a"), "PNG"))
    body = {"content": URL, "style": {"background_image_id": id}}
    drawn = await api.post("/v1/render", json=body)
    assert drawn.status_code == 200, drawn.text
    assert said_by(drawn.content) == "https://example.com/menu"


async def test_somebody_elses_picture_is_unknown(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    theirs = await brought(await (await make_tenant()).client(), logo_png())
    style = {"logo_id": theirs}
    render = await api.post("/v1/render", json={"content": URL, "style": style})
    save = await api.post("/v1/styles", json={"name": "x", "style": style})
    for refused in (render, save):
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["pointer"] == "/style/logo_id"
    assert (await api.get(f"/v1/pictures/{theirs}/image")).status_code == 404


async def test_a_picture_that_is_shown_is_not_deleted(api: httpx.AsyncClient) -> None:
    id = await brought(api, logo_png())
    style = (await api.post("/v1/styles", json={"name": "x", "style": {"logo_id": id}})).json()
    refused = await api.delete(f"/v1/pictures/{id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "picture_in_use")
    await api.patch(f"/v1/styles/{style['id']}", json={"style": {"logo_id": None}})
    assert (await api.delete(f"/v1/pictures/{id}")).status_code == 204
    assert (await api.get(f"/v1/pictures/{id}")).status_code == 404


async def test_a_saved_style_never_asks_the_host_again(api: httpx.AsyncClient) -> None:
    async with loopback(says(answer(logo_png()))) as host:
        url = f"{host.url}/logo.png"
        made = await api.post("/v1/styles", json={"name": "Brand", "style": {"logo_url": url}})
        assert made.status_code == 201, made.text
        style = made.json()["style"]
        assert style["logo_url"] == url
        assert style["logo_id"].startswith("pic_")
    preview = await api.get(f"/v1/styles/{made.json()['id']}/preview")
    assert preview.status_code == 200, preview.text
    assert host.connections == 1


async def test_a_code_with_a_foreign_logo_depends_on_its_host_once(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    async with loopback(says(answer(logo_png()))) as host:
        id = await make_code(api)
        # as saved before its picture was fetched
        style = {"logo_url": f"{host.url}/logo.png"}
        await tenant.rows("UPDATE codes SET style = $1", style)
        first = await api.get(f"/v1/qr-codes/{id}/image", params={"size": 300})
        assert first.status_code == 200, first.text
    later = await api.get(f"/v1/qr-codes/{id}/image", params={"size": 400})
    assert later.status_code == 200, later.text
    assert said_by(later.content).startswith("HTTPS://QZ.EXAMPLE/")
    assert host.connections == 1


async def test_a_host_that_failed_is_left_alone_for_a_while(api: httpx.AsyncClient) -> None:
    async with loopback(says(answer(b"no", "500 Broken"))) as host:
        body = {"name": "Brand", "style": {"logo_url": f"{host.url}/logo.png"}}
        for _ in range(2):
            refused = await api.post("/v1/styles", json=body)
            assert (refused.status_code, refused.json()["code"]) == (422, "picture_not_fetched")
            assert refused.json()["errors"][0]["pointer"] == "/style/logo_url"
        assert host.connections == 1


async def test_one_shot_renders_keep_no_picture(api: httpx.AsyncClient, tenant: Tenant) -> None:
    async with loopback(says(answer(logo_png()))) as host:
        body = {"content": URL, "style": {"logo_url": f"{host.url}/logo.png"}}
        drawn = await api.post("/v1/render", json=body)
        assert drawn.status_code == 200, drawn.text
    assert tuple(
        await tenant.row("SELECT count(*), (SELECT count(*) FROM picture_sources) FROM pictures")
    ) == (0, 0)


@pytest.mark.parametrize(
    "body",
    [{}, {"data": "%%%"}, {"data": "aGk=", "url": "https://x.example/"}, {"data": ""}, {"data": 3}],
)
async def test_a_bad_picture_is_refused(body: dict[str, object], api: httpx.AsyncClient) -> None:
    assert (await api.post("/v1/pictures", json=body)).status_code == 422
