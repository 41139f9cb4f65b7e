"""One-shot images and checks."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.api.conftest import MakeTenant, Tenant
from tests.api.images.conftest import make_code, said_by

URL = {"kind": "url", "url": "https://example.com/menu"}
WHITE_ON_WHITE = {"foreground": "#ffffff", "background": "#ffffff"}


async def test_a_render_says_its_content_and_leaves_nothing(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    body = {"content": URL, "style": {"modules": "rounded"}, "size": 300}
    answer = await api.post("/v1/render", json=body)
    assert answer.status_code == 200, answer.text
    assert said_by(answer.content) == "https://example.com/menu"
    assert (await tenant.row("SELECT count(*) FROM codes"))[0] == 0


async def test_all_bad_fields_of_a_render_come_out_at_once(api: httpx.AsyncClient) -> None:
    body = {
        "content": {"kind": "url", "url": "javascript:alert(1)"},
        "style": {"foreground": "red;}*{", "sparkle": True, "logo_id": "pic_x"},
        "size": -1,
        "press": {"bleed_mm": 99},
    }
    answer = await api.post("/v1/render", json=body)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/content/url",
        "/style/foreground",
        "/style/sparkle",
        "/style/logo_id",
        "/size",
        "/press/bleed_mm",
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": None},
        {"content": []},
        {"content": {"kind": "poem"}},
        {"content": URL, "style": "dots"},
        {"content": URL, "style": [1]},
        {"content": URL, "format": "gif"},
        {"content": URL, "size": 10**9},
        {"content": URL, "size": "512"},
        {"content": URL, "size": {"mm": 30, "dpi": -1}},
        {"content": URL, "press": 3},
        {"content": URL, "colour": "red"},
        {"content": {"kind": "text", "text": "x" * 3000}},
    ],
)
async def test_no_body_is_worse_than_422(body: dict[str, Any], api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/render", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


async def test_a_style_that_would_not_read_says_what_to_change(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/render", json={"content": URL, "style": WHITE_ON_WHITE})
    assert (answer.status_code, answer.json()["code"]) == (422, "unscannable_style")
    assert answer.json()["errors"][0]["pointer"].startswith("/style")
    assert "contrast" in answer.json()["detail"]


async def test_a_stored_code_is_drawn_with_another_look_once(api: httpx.AsyncClient) -> None:
    id = await make_code(api, slug="poster", style={"foreground": "#7c2d12"}, size=256)
    path = f"/v1/qr-codes/{id}"
    before = await api.get(f"{path}/image")
    body = {"style": {"modules": "dots"}, "format": "webp", "size": 400}
    answer = await api.post(f"{path}/render", json=body)
    assert answer.status_code == 200, answer.text
    image = Image.open(io.BytesIO(answer.content))
    assert (image.format, image.width) == ("WEBP", 400)
    assert said_by(answer.content) == "HTTPS://QZ.EXAMPLE/POSTER"
    assert (await api.get(f"{path}/image")).content == before.content
    plain = await api.post(f"{path}/render", json={"style": {"foreground": None}})
    assert Image.open(io.BytesIO(plain.content)).convert("RGB").getcolors() is not None
    assert plain.content != before.content


async def test_a_saved_look_can_be_drawn_over_to_what_would_not_read(
    api: httpx.AsyncClient,
) -> None:
    id = await make_code(api)
    answer = await api.post(f"/v1/qr-codes/{id}/render", json={"style": WHITE_ON_WHITE})
    assert (answer.status_code, answer.json()["code"]) == (422, "unscannable_style")


async def test_a_check_scores_and_says_how_small_it_may_be(api: httpx.AsyncClient) -> None:
    body = {"content": URL, "size": {"mm": 25, "dpi": 300}, "distance_mm": 2000}
    answer = await api.post("/v1/render/check", json=body)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert report["readable"]
    assert 50 < report["score"] <= 100
    assert report["smallest_symbol_mm"] == 200.0
    assert report["refusals"] == []
    assert {"way", "level", "passed"} == set(report["trials"][0])


async def test_a_check_of_what_would_be_refused_has_no_score(api: httpx.AsyncClient) -> None:
    body = {"content": URL, "style": WHITE_ON_WHITE}
    report = (await api.post("/v1/render/check", json=body)).json()
    assert (report["score"], report["readable"]) == (0, False)
    assert report["refusals"]


async def test_a_stored_code_is_checked_as_it_is_saved(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    id = await make_code(api, style={"modules": "dots", "error_correction": "H"})
    report = (await api.post("/v1/render/check", json={"code_id": id})).json()
    assert report["error_correction"] == "H"
    stranger = await (await make_tenant()).client()
    theirs = await stranger.post("/v1/render/check", json={"code_id": id})
    assert theirs.status_code == 404
    assert (await api.post("/v1/render/check", json={"code_id": "qr_x"})).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/content"),
        ({"content": URL, "code_id": "qr_x"}, "/content"),
        ({"content": URL, "distance_mm": -1}, "/distance_mm"),
        ({"content": URL, "style": {"modules": "stars"}}, "/style/modules"),
    ],
)
async def test_a_bad_check_is_named(
    body: dict[str, Any], pointer: str, api: httpx.AsyncClient
) -> None:
    answer = await api.post("/v1/render/check", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
