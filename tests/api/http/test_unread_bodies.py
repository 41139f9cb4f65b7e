"""Who would be refused anyway makes us read nothing: neither a key's absence nor its limits cost a
body. Then the connection ends, or the rest would be taken in after all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import uvicorn

from deploy.embedded.backends import free_port
from qz_api.app import OPERATIONS
from qz_api.http.receiver import Receiver
from qz_api.http.scope import App
from qz_common.ops import QuietServer, running
from tests.api.conftest import MakeTenant, Tenant

COSTLY = [operation.path for operation in OPERATIONS if operation.cost]
JSON = {"Content-Type": "application/json"}
ANNOUNCED = b"Content-Type: application/json\r\nContent-Length: 4000000\r\n"


@pytest.fixture
async def port(app: App) -> AsyncIterator[int]:
    number = free_port()
    config = uvicorn.Config(
        app, port=number, http=Receiver, ws="none", lifespan="off", log_config=None
    )
    async with running(QuietServer(config)):
        yield number


@dataclass
class Said:
    status: int
    head: bytes
    body: bytes


async def announce(port: int, path: str, key: str | None, *headers: bytes) -> Said:
    """What comes back for a body that is announced and never sent, until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"POST {path} HTTP/1.1\r\nHost: api.test\r\n".encode())
        if key:
            writer.write(f"Authorization: Bearer {key}\r\n".encode())
        writer.write(b"".join(headers or (ANNOUNCED,)) + b"\r\n")
        async with asyncio.timeout(5):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    return Said(int(head.split()[1]), head.lower(), body)


@pytest.mark.parametrize("path", COSTLY)
@pytest.mark.parametrize("headers", [ANNOUNCED, b"Transfer-Encoding: chunked\r\n"])
async def test_a_stranger_announces_in_vain(port: int, path: str, headers: bytes) -> None:
    said = await announce(port, path, None, headers)
    assert said.status == 401
    assert b"connection: close" in said.head
    assert b"missing_key" in said.body


async def test_a_key_without_the_scope_announces_in_vain(port: int, tenant: Tenant) -> None:
    said = await announce(port, "/v1/qr-codes/bulk", await tenant.key("read_only"))
    assert (said.status, b"missing_scope" in said.body) == (403, True)


@pytest.mark.parametrize("limit", ["requests_per_minute", "requests_per_month"])
async def test_a_workspace_without_calls_left_announces_in_vain(
    port: int, make_tenant: MakeTenant, limit: str
) -> None:
    tenant = await make_tenant(**{limit: 1})
    assert (await (await tenant.client()).get("/v1/me")).status_code == 200
    said = await announce(port, "/v1/qr-codes/bulk", await tenant.key())
    assert (said.status, b"retry-after" in said.head) == (429, True)


async def test_a_path_that_is_none_reads_no_body(port: int) -> None:
    said = await announce(port, "/v1/nothing", None)
    assert (said.status, b"connection: close" in said.head) == (404, True)


async def test_a_body_in_vain_costs_a_call_and_a_good_one_its_rows(tenant: Tenant) -> None:
    client = await tenant.client()
    used = "SELECT coalesce(sum(requests), 0)::int AS n FROM usage_months"
    bad = await client.post("/v1/qr-codes/bulk", content=b"{", headers=JSON)
    assert (bad.status_code, (await tenant.row(used))["n"]) == (400, 1)
    body = {"defaults": {"destination_url": "https://example.com"}, "items": [{}] * 7}
    good = await client.post("/v1/qr-codes/bulk", json=body)
    assert (good.status_code, (await tenant.row(used))["n"]) == (200, 8)
    assert "connection" not in good.headers


async def test_rows_that_are_too_many_cost_nothing(make_tenant: MakeTenant) -> None:
    tenant = await make_tenant(requests_per_month=5)
    client = await tenant.client()
    body = {"defaults": {"destination_url": "https://example.com"}, "items": [{}] * 6}
    refused = await client.post("/v1/qr-codes/bulk", json=body)
    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
    statuses = [(await client.get("/v1/me")).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
