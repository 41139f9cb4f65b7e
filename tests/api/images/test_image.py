"""The image of a stored code."""

import asyncio
import io

import httpx
import pytest
from PIL import Image

from tests.api.conftest import MakeTenant, Tenant
from tests.api.images.conftest import make_code, said_by
from tests.fixtures.wait import eventually

BAD_SIZES = ["NaN", "-1", "1e400", "1000000000", "63", "4097", "512.5", "", "0x200", "Infinity"]


async def test_the_symbol_says_the_short_url_in_capitals(api: httpx.AsyncClient) -> None:
    id = await make_code(api, slug="launch-poster")
    answer = await api.get(f"/v1/qr-codes/{id}/image")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert said_by(answer.content) == "HTTPS://QZ.EXAMPLE/LAUNCH-POSTER"


async def test_a_static_symbol_says_its_content(api: httpx.AsyncClient) -> None:
    content = {"kind": "wifi", "ssid": "Café; T:WPA", "password": "p;a,s:s+w", "security": "WPA2"}
    id = await make_code(api, type="static", content=content, style={"modules": "dots"})
    said = said_by((await api.get(f"/v1/qr-codes/{id}/image")).content)
    assert said == "WIFI:T:WPA;S:Café\\; T\\:WPA;P:p\\;a\\,s\\:s+w;;"


async def test_the_image_of_a_dynamic_code_is_the_same_byte_for_byte_after_a_move(
    api: httpx.AsyncClient,
) -> None:
    id = await make_code(api)
    before = await api.get(f"/v1/qr-codes/{id}/image")
    moved = await api.patch(
        f"/v1/qr-codes/{id}", json={"destination_url": "https://example.org/elsewhere"}
    )
    assert moved.status_code == 200, moved.text
    after = await api.get(f"/v1/qr-codes/{id}/image")
    assert after.content == before.content
    assert after.headers["etag"] == before.headers["etag"]


@pytest.mark.parametrize(
    ("format", "media_type", "magic"),
    [
        ("png", "image/png", b"\x89PNG"),
        ("webp", "image/webp", b"RIFF"),
        ("svg", "image/svg+xml", b"<?xml"),
        ("pdf", "application/pdf", b"%PDF"),
        ("eps", "application/postscript", b"%!PS"),
    ],
)
async def test_every_format_is_a_file_of_its_kind(
    format: str, media_type: str, magic: bytes, api: httpx.AsyncClient
) -> None:
    id = await make_code(api, name="Menu", style={"modules": "rounded"}, size=300)
    answer = await api.get(f"/v1/qr-codes/{id}/image", params={"format": format})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == media_type
    assert answer.content.startswith(magic)
    assert f'filename="Menu.{format}"' in answer.headers["content-disposition"]


async def test_what_the_query_leaves_out_is_as_it_was_saved(api: httpx.AsyncClient) -> None:
    id = await make_code(api, format="webp", size=300)
    saved = await api.get(f"/v1/qr-codes/{id}/image")
    assert saved.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(saved.content)).width == 300
    asked = await api.get(f"/v1/qr-codes/{id}/image", params={"format": "png", "size": 128})
    assert Image.open(io.BytesIO(asked.content)).size == (128, 128)


async def test_print_units_become_pixels(api: httpx.AsyncClient) -> None:
    id = await make_code(api)
    answer = await api.get(f"/v1/qr-codes/{id}/image", params={"mm": 25.4, "dpi": 600})
    assert Image.open(io.BytesIO(answer.content)).width == 600


async def test_a_pdf_can_be_made_for_a_press(api: httpx.AsyncClient) -> None:
    id = await make_code(api)
    words = "format=pdf&mm=40&cmyk=true&bleed_mm=3&crop_marks=true"
    answer = await api.get(f"/v1/qr-codes/{id}/image?{words}")
    assert answer.status_code == 200, answer.text
    assert b"BleedBox" in answer.content


async def test_headers_keep_an_image_an_image(api: httpx.AsyncClient) -> None:
    id = await make_code(api)
    headers = (await api.get(f"/v1/qr-codes/{id}/image", params={"format": "svg"})).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["cache-control"] == "private, no-cache"
    assert headers["content-disposition"].startswith("inline;")


async def test_an_image_that_is_known_is_not_sent_again(api: httpx.AsyncClient) -> None:
    id = await make_code(api)
    first = await api.get(f"/v1/qr-codes/{id}/image")
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await api.get(f"/v1/qr-codes/{id}/image", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b""), known
        assert again.headers["etag"] == tag
    other = await api.get(f"/v1/qr-codes/{id}/image", headers={"If-None-Match": '"other"'})
    assert other.content == first.content


async def test_another_look_is_another_image(api: httpx.AsyncClient) -> None:
    id = await make_code(api)
    before = await api.get(f"/v1/qr-codes/{id}/image")
    await api.patch(f"/v1/qr-codes/{id}", json={"style": {"foreground": "#123456"}})
    known = {"If-None-Match": before.headers["etag"]}
    after = await api.get(f"/v1/qr-codes/{id}/image", headers=known)
    assert after.status_code == 200
    assert after.content != before.content


async def test_head_says_what_get_would(api: httpx.AsyncClient) -> None:
    id = await make_code(api)
    got = await api.get(f"/v1/qr-codes/{id}/image")
    head = await api.head(f"/v1/qr-codes/{id}/image")
    assert head.content == b""
    for name in ("content-length", "content-type", "etag", "content-disposition"):
        assert head.headers[name] == got.headers[name]


async def test_only_downloads_are_counted(api: httpx.AsyncClient, tenant: Tenant) -> None:
    id = await make_code(api)
    path = f"/v1/qr-codes/{id}/image"
    tag = (await api.get(path)).headers["etag"]
    await api.head(path, params={"download": "true"})
    known = {"If-None-Match": tag}
    await api.get(path, params={"download": "true"}, headers=known)
    saved = await asyncio.gather(*(api.get(path, params={"download": "true"}) for _ in range(3)))
    assert {each.headers["content-disposition"].partition(";")[0] for each in saved} == {
        "attachment"
    }

    async def counted() -> bool:
        row = await tenant.row("SELECT download_count, version FROM codes")
        return tuple(row) == (3, 1)

    await eventually(counted)


@pytest.mark.parametrize("size", BAD_SIZES)
async def test_a_size_out_of_bounds_is_refused(size: str, api: httpx.AsyncClient) -> None:
    id = await make_code(api)
    answer = await api.get(f"/v1/qr-codes/{id}/image", params={"size": size})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "?size"


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"colour": "red"}, "?colour"),
        ({"format": "gif"}, "?format"),
        ({"mm": "nan"}, "?mm"),
        ({"mm": "1e400"}, "?mm"),
        ({"mm": "30", "size": "512"}, "?size"),
        ({"dpi": "300"}, "?mm"),
        ({"mm": "30", "dpi": "1e9"}, "?dpi"),
        ({"mm": "1000", "dpi": "2400"}, "?size"),
        ({"bleed_mm": "-1"}, "?bleed_mm"),
        ({"download": "perhaps"}, "?download"),
    ],
)
async def test_bad_parameters_are_named(
    params: dict[str, str], pointer: str, api: httpx.AsyncClient
) -> None:
    id = await make_code(api)
    answer = await api.get(f"/v1/qr-codes/{id}/image", params=params)
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_a_size_too_small_for_the_symbol_says_which_would_do(
    api: httpx.AsyncClient,
) -> None:
    content = {"kind": "text", "text": "x" * 900}
    id = await make_code(api, type="static", content=content)
    answer = await api.get(f"/v1/qr-codes/{id}/image", params={"size": 64})
    assert (answer.status_code, answer.json()["code"]) == (422, "size_too_small")
    assert "at least" in answer.json()["detail"]


async def test_somebody_elses_image_is_absent(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant, anonymous: httpx.AsyncClient
) -> None:
    path = f"/v1/qr-codes/{await make_code(api)}/image"
    stranger = await (await make_tenant()).client()
    test_mode = await tenant.client(mode="test")
    scopeless = await tenant.client("create_only")
    assert (await stranger.get(path)).status_code == 404
    assert (await test_mode.get(path)).status_code == 404
    assert (await scopeless.get(path)).json()["code"] == "missing_scope"
    assert (await anonymous.get(path)).json()["code"] == "missing_key"
    deleted = await api.delete(path.removesuffix("/image"))
    assert deleted.status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_a_slug_without_a_letter_is_told_as_a_symbol_by_its_prefix(
    api: httpx.AsyncClient,
) -> None:
    id = await make_code(api, slug="2027-08")
    answer = await api.get(f"/v1/qr-codes/{id}/image")
    assert said_by(answer.content) == "HTTPS://QZ.EXAMPLE/R/2027-08"
