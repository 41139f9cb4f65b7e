"""Rows 17 to 23, 26 to 32 and 51 of the threat table, at the routes that fetch and draw."""

# ruff: noqa: F401, F811 (fixtures of the API's tests, by their names)

import asyncio
import io
import json
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image

from qz_api.deps import Deps
from tests.api.conftest import (
    MakeTenant,
    anonymous,
    api,
    app,
    deps,
    make_tenant,
    stack,
    tenant,
)
from tests.api.conftest import api_environment as usual_environment
from tests.api.images.conftest import make_code
from tests.api.images.pictures import base64_of, logo_png, written
from tests.common.test_egress_loopback import Script, answer, endless, loopback, says

URL = {"kind": "url", "url": "https://example.com"}
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def api_environment(usual_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return {
        **usual_environment,
        "RENDER_PROCESSES": "1",
        "RENDER_WAITING": "60",
        "RENDER_WAITING_PER_WORKSPACE": "40",
        "EGRESS_ALLOW_NETWORKS": "127.0.0.1/32",
    }


async def refused(api: httpx.AsyncClient, url: str) -> str:
    """How each way in refuses a picture's address."""
    style = {"logo_url": url}
    codes = set()
    for path, body in (
        ("/v1/pictures", {"url": url}),
        ("/v1/styles", {"name": "x", "style": style}),
        ("/v1/qr-codes", {"destination_url": "https://example.com", "style": style}),
        ("/v1/render", {"content": URL, "style": style}),
        ("/v1/render", {"content": URL, "style": {"background_image_url": url}}),
    ):
        got = await api.post(path, json=body)
        assert got.status_code == 422, got.text
        (error,) = got.json()["errors"]
        assert error["pointer"].endswith("url")
        assert "127.0.0.1" not in error["message"]
        codes.add(error["code"])
    assert len(codes) == 1
    return str(codes.pop())


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://100.64.0.1/",
    ],
)
async def test_rows_17_and_18_addresses_of_the_inside_are_refused(
    url: str,
    api: httpx.AsyncClient,
) -> None:
    assert await refused(api, url) == "private_address"


async def test_row_20_each_hop_is_judged_like_the_first(api: httpx.AsyncClient) -> None:
    async with loopback(says(answer())) as inner:
        hop = says(answer(b"", "302 Found", f"Location: http://[::1]:{inner.port}/"))
        async with loopback(hop) as outer:
            assert await refused(api, f"{outer.url}/logo.png") == "port_not_allowed"
        assert await inner.saw_nobody()
    async with loopback(says(answer(b"", "302 Found", "Location: http://[::1]/"))) as outer:
        assert await refused(api, f"{outer.url}/logo.png") == "private_address"


async def test_row_20_redirects_end(api: httpx.AsyncClient) -> None:
    async with loopback(says(answer(b"", "302 Found", "Location: /again"))) as server:
        got = await api.post("/v1/pictures", json={"url": f"{server.url}/logo.png"})
        assert got.json()["errors"][0]["code"] == "too_many_redirects"
        assert server.connections == 4


@pytest.mark.parametrize("url", ["http://8.8.8.8:6379/", "gopher://8.8.8.8/", "http://8.8.8.8:22/"])
async def test_row_21_ports_and_schemes_are_few(url: str, api: httpx.AsyncClient) -> None:
    got = await api.post("/v1/pictures", json={"url": url})
    assert got.status_code == 422, got.text
    assert got.json()["errors"][0]["code"] in {
        "port_not_allowed",
        "scheme_not_allowed",
        "invalid_url",
    }


GZIP_BOMB = zlib.compressobj(9, zlib.DEFLATED, 31)
BOMB = GZIP_BOMB.compress(b"\0" * (64 << 20)) + GZIP_BOMB.flush()


@pytest.mark.parametrize(
    "script",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        says(answer(b"x" * ((2 << 20) + 1))),
        says(answer(BOMB, "200 OK", "Content-Encoding: gzip")),
    ],
)
async def test_row_22_a_body_without_end_is_cut_off(script: Script, api: httpx.AsyncClient) -> None:
    async with loopback(script) as server:
        got = await api.post("/v1/pictures", json={"url": f"{server.url}/"})
        assert got.json()["errors"][0]["code"] == "body_too_large"


async def test_row_23_what_a_host_says_is_never_shown(api: httpx.AsyncClient) -> None:
    secret = b"the inside of somebody's network"
    for reply in (answer(secret), answer(secret, "500 Oh", "X-Secret: header")):
        async with loopback(says(reply)) as server:
            got = await api.post("/v1/pictures", json={"url": f"{server.url}/"})
        assert got.status_code == 422
        assert "inside" not in got.text
        assert "header" not in got.text


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_of(width: int, height: int) -> bytes:
    """A header that promises so many pixels, and next to nothing behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return PNG_HEAD + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


def apng(frames: int) -> bytes:
    images = [Image.new("RGB", (8, 8), (index % 256, 0, 0)) for index in range(frames)]
    out = io.BytesIO()
    images[0].save(out, "PNG", save_all=True, append_images=images[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [png_of(50_000, 50_000), png_of(2_001, 2_001), png_of(2**31 - 1, 1)]
)
async def test_row_26_pixel_bombs_are_refused_by_their_headers(
    data: bytes,
    api: httpx.AsyncClient,
) -> None:
    got = await api.post("/v1/pictures", json={"data": base64_of(data)})
    assert (got.status_code, got.json()["code"]) == (422, "picture_too_large")
    assert got.json()["errors"][0]["pointer"] == "/data"


async def test_row_26_only_the_first_frame_is_taken(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/pictures", json={"data": base64_of(apng(300))})
    assert made.status_code == 201, made.text
    copy = await api.get(f"/v1/pictures/{made.json()['id']}/image")
    assert getattr(Image.open(io.BytesIO(copy.content)), "n_frames", 1) == 1


async def test_row_27_other_decoders_are_out_of_reach(api: httpx.AsyncClient) -> None:
    image = Image.new("RGB", (16, 16), "red")
    for data in (
        written(image, "GIF"),
        written(image, "TIFF"),
        written(image, "BMP"),
        written(image, "JPEG2000"),
        written(image, "PDF"),
        b"8BPS" + b"\0" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"SIMPLE  =                    T",
        b"STARTFONT 2.1\n",
        PNG_HEAD,
        logo_png()[:200],
    ):
        got = await api.post("/v1/pictures", json={"data": base64_of(data)})
        assert got.status_code == 422, data[:8]
        assert got.json()["code"] in {"unsupported_picture", "broken_picture"}


@pytest.mark.parametrize(
    "svg",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>',
        b'\xef\xbb\xbf<svg><image xlink:href="http://169.254.169.254/"/></svg>',
    ],
)
async def test_row_28_svg_is_refused_in_words(svg: bytes, api: httpx.AsyncClient) -> None:
    got = await api.post("/v1/pictures", json={"data": base64_of(svg)})
    assert (got.status_code, got.json()["code"]) == (422, "svg_refused")


async def test_row_29_text_in_an_svg_is_text(api: httpx.AsyncClient) -> None:
    id = await make_code(api, name='"/><script>alert(1)</script>')
    style = {"frame": "scan-me-bottom", "frame_text": "</text><script>alert(1)</script>"}
    body = {"style": style, "format": "svg"}
    drawn = await api.post(f"/v1/qr-codes/{id}/render", json=body)
    assert drawn.status_code == 200, drawn.text
    tree = ElementTree.fromstring(drawn.content)
    assert not [node for node in tree.iter() if node.tag.rpartition("}")[2] == "script"]
    assert drawn.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert drawn.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "style",
    [
        {"foreground": "red;}*{"},
        {"foreground": '"/><script>'},
        {"frame": "banner", "frame_text": "a\u0000b"},
        {"frame": "banner", "frame_text": "a\u202eb"},
        {"frame": "banner", "frame_text": "]]>\u2028"},
    ],
)
async def test_row_29_what_is_no_text_or_colour_is_refused(
    style: dict[str, str],
    api: httpx.AsyncClient,
) -> None:
    body = {"content": URL, "style": style, "format": "svg"}
    got = await api.post("/v1/render", content=json.dumps(body), headers=JSON)
    assert got.status_code == 422, got.text


async def test_row_30_a_name_that_reads_backwards_is_refused(api: httpx.AsyncClient) -> None:
    body = {"destination_url": "https://example.com", "name": "a\u202egnp.exe"}
    got = await api.post("/v1/qr-codes", json=body)
    assert (got.status_code, got.json()["errors"][0]["pointer"]) == (422, "/name")


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ('a"; X: y.png', "a-X-y.png"),
        ("../../etc/passwd", "etc-passwd"),
        ("Grüße; filename=evil.exe", "Grue"),
        ("第三行", "code"),
    ],
)
async def test_row_30_a_name_is_one_value_of_one_header(
    name: str,
    plain: str,
    api: httpx.AsyncClient,
) -> None:
    id = await make_code(api, name=name)
    got = await api.get(f"/v1/qr-codes/{id}/image", params={"download": "true"})
    value = got.headers["content-disposition"]
    kind, old, new = value.split("; ")
    assert kind == "attachment"
    assert old.startswith('filename="')
    assert set(old.removeprefix('filename="').removesuffix('"')) <= set(ASCII_NAME)
    assert new.startswith("filename*=UTF-8''")
    assert plain[:3] in old
    assert value.isascii()
    assert "x" not in {key.lower() for key in got.headers}


ASCII_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"


async def test_row_31_five_hundred_renders_are_bounded_and_others_are_served(
    api: httpx.AsyncClient,
    make_tenant: MakeTenant,
) -> None:
    other = await (await make_tenant()).client()
    bodies = [
        {"content": {"kind": "text", "text": f"number {number}"}, "style": {"modules": "dots"}}
        for number in range(500)
    ]
    burst = [asyncio.create_task(api.post("/v1/render", json=body)) for body in bodies]
    await asyncio.wait(burst, return_when=asyncio.FIRST_COMPLETED)
    drawn = await other.post("/v1/render", json={"content": URL})
    assert drawn.status_code == 200, drawn.text
    assert (await other.get("/v1/me")).status_code == 200
    assert any(not task.done() for task in burst), "the burst held nobody up"
    answers = await asyncio.gather(*burst)
    codes = [each.status_code for each in answers]
    assert set(codes) == {200, 503}
    assert codes.count(200) >= 40
    busy = next(each for each in answers if each.status_code == 503)
    assert busy.headers["retry-after"]


async def test_row_31_the_same_image_asked_for_at_once_is_drawn_once(
    api: httpx.AsyncClient,
    deps: Deps,
) -> None:
    path = f"/v1/qr-codes/{await make_code(api)}/image"
    answers = await asyncio.gather(*(api.get(path) for _ in range(100)))
    assert {each.status_code for each in answers} == {200}
    value = deps.metrics.registry.get_sample_value(
        "quietzone_api_render_seconds_count", {"task": "Draw"}
    )
    assert value is not None
    assert value < 20


@pytest.mark.parametrize(
    "style",
    [
        {"foreground": "#ffffff"},
        {"foreground": "#00000000"},
        {"foreground": "#fefefe", "background": "#ffffff", "modules": "dots"},
        {"quiet_zone": 0, "background": "#000000"},
    ],
)
async def test_row_32_what_would_not_read_is_not_handed_out(
    style: dict[str, str],
    api: httpx.AsyncClient,
) -> None:
    for format in ("png", "svg", "pdf"):
        body = {"content": URL, "style": style, "format": format}
        got = await api.post("/v1/render", json=body)
        assert (got.status_code, got.json()["code"]) == (422, "unscannable_style")
    bodies = (
        ("/v1/qr-codes", {"destination_url": URL["url"], "style": style}),
        ("/v1/styles", {"name": "Faint", "style": style}),
    )
    for path, kept in bodies:
        refused = await api.post(path, json=kept)
        assert refused.status_code == 422
        told = {each["pointer"] for each in refused.json()["errors"]}
        assert told
        assert told <= {"/style/foreground", "/style/quiet_zone"}


async def test_row_51_ranges_cost_nothing(api: httpx.AsyncClient) -> None:
    path = f"/v1/qr-codes/{await make_code(api)}/image"
    whole = await api.get(path)
    many = "bytes=" + ",".join("0-" for _ in range(10_000))
    for ranges in ("bytes=0-9", "bytes=5-1", "bytes=-0", many):
        got = await api.get(path, headers={"Range": ranges})
        assert (got.status_code, got.content) == (200, whole.content)
        assert got.headers["accept-ranges"] == "none"
