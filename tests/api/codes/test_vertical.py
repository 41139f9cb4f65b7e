"""From the least that can be meant to a route for every edge."""

from io import BytesIO

import httpx
import numpy as np
import zxingcpp
from PIL import Image

from qz_common.records import CodeRecord, code_key, decode
from tests.api.conftest import INTERNAL_TOKEN, MakeTenant, Tenant

LEAST = {"destination_url": "https://example.com"}


async def test_least_form_makes_a_code_a_link_and_a_route(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    answer = await api.post("/v1/qr-codes", json=LEAST)
    assert answer.status_code == 201, answer.text
    code = answer.json()
    assert answer.headers["location"] == f"/v1/qr-codes/{code['id']}"
    assert code["link"]["short_url"] == f"https://qz.example/{code['link']['slug']}"
    row = await tenant.row("SELECT key, value FROM outbox")
    assert row["key"] == code_key("", code["link"]["slug"])
    record = decode(row["value"])
    assert isinstance(record, CodeRecord)
    assert (record.location, record.code) == ("https://example.com/", code["id"])


async def test_a_code_is_read_changed_and_deleted(api: httpx.AsyncClient, tenant: Tenant) -> None:
    made = await api.post("/v1/qr-codes", json=LEAST)
    where = made.headers["location"]
    assert (await api.get(where)).json() == made.json()
    moved = await api.patch(where, json={"destination_url": "https://example.org/x"})
    assert moved.status_code == 200
    assert moved.json()["link"]["destination_url"] == "https://example.org/x"
    assert (await api.delete(where)).status_code == 204
    assert (await api.get(where)).status_code == 404
    rows = await tenant.rows("SELECT value FROM outbox ORDER BY seq")
    records = [decode(row["value"]) for row in rows]
    assert [record.version for record in records] == sorted({record.version for record in records})
    assert [record.status for record in records if isinstance(record, CodeRecord)] == [
        "active",
        "active",
        "deleted",
    ]


async def test_another_tenant_sees_nothing_of_it(
    api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    where = (await api.post("/v1/qr-codes", json=LEAST)).headers["location"]
    stranger = await (await make_tenant()).client()
    assert (await stranger.get(where)).status_code == 404
    assert (await stranger.get("/v1/qr-codes")).json()["data"] == []


async def test_the_image_reads_back_to_the_short_url_in_capitals(api: httpx.AsyncClient) -> None:
    code = (await api.post("/v1/qr-codes", json=LEAST)).json()
    image = await api.get(f"/v1/qr-codes/{code['id']}/image")
    assert image.headers["content-type"] == "image/png"
    pixels = np.array(Image.open(BytesIO(image.content)).convert("L"))
    assert [found.text for found in zxingcpp.read_barcodes(pixels)] == [
        code["link"]["short_url"].upper()
    ]


async def test_the_edge_is_answered_the_published_bytes(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, tenant: Tenant
) -> None:
    slug = (await api.post("/v1/qr-codes", json=LEAST)).json()["link"]["slug"]
    token = {"Authorization": f"Bearer {INTERNAL_TOKEN}"}
    asked, key = "/internal/routing/record", {"key": code_key("", slug)}
    answer = await anonymous.get(asked, params=key, headers=token)
    assert answer.content == (await tenant.row("SELECT value FROM outbox"))["value"]
    assert (await api.get(asked, params=key)).status_code == 404


async def test_lists_go_on_where_the_last_page_ended(api: httpx.AsyncClient) -> None:
    for _ in range(3):
        await api.post("/v1/qr-codes", json=LEAST)
    first = (await api.get("/v1/qr-codes", params={"limit": 2, "include": "total"})).json()
    assert (len(first["data"]), first["has_more"], first["total"]) == (2, True, 3)
    following = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await api.get("/v1/qr-codes", params=following)).json()
    assert (len(second["data"]), second["has_more"]) == (1, False)
