"""One Idempotency-Key, one effect."""

import asyncio

import httpx
import pytest

from qz_api.callers.permissions import Permission
from qz_api.deps import Deps
from qz_api.idempotency.sweep import sweep
from tests.api.conftest import MakeTenant, Tenant

LEAST = {"destination_url": "https://example.com"}
KEY = {"Idempotency-Key": "order-1"}


async def test_a_repeat_is_the_same_answer_and_no_second_effect(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    first = await api.post("/v1/qr-codes", json=LEAST, headers=KEY)
    again = await api.post("/v1/qr-codes", json=LEAST, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await tenant.rows("SELECT FROM codes")) == 1


async def test_another_spelling_of_the_same_json_is_the_same_request(
    api: httpx.AsyncClient,
) -> None:
    first = await api.post("/v1/qr-codes", json={**LEAST, "name": "é"}, headers=KEY)
    spelled = b'{ "name" : "\\u00e9", "destination_url":"https:\\/\\/example.com"}'
    headers = {**KEY, "Content-Type": "application/json"}
    again = await api.post("/v1/qr-codes", content=spelled, headers=headers)
    assert again.json() == first.json()


async def test_another_body_with_the_key_is_refused(api: httpx.AsyncClient) -> None:
    await api.post("/v1/qr-codes", json=LEAST, headers=KEY)
    other = {"destination_url": "https://example.org"}
    answer = await api.post("/v1/qr-codes", json=other, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


async def test_another_thing_with_the_key_is_refused(api: httpx.AsyncClient) -> None:
    places = [(await api.post("/v1/qr-codes", json=LEAST)).headers["location"] for _ in range(2)]
    assert (await api.delete(places[0], headers=KEY)).status_code == 204
    assert (await api.delete(places[1], headers=KEY)).status_code == 422
    assert (await api.delete(places[0], headers=KEY)).headers["idempotent-replayed"] == "true"


async def test_a_key_is_bound_to_workspace_mode_and_operation(
    api: httpx.AsyncClient, tenant: Tenant, make_tenant: MakeTenant
) -> None:
    first = await api.post("/v1/qr-codes", json=LEAST, headers=KEY)
    others = [await tenant.client(mode="test"), await (await make_tenant()).client()]
    for client in others:
        answer = await client.post("/v1/qr-codes", json=LEAST, headers=KEY)
        assert answer.json()["id"] != first.json()["id"]
    assert (await api.post("/v1/api-keys", json={}, headers=KEY)).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/api-keys", {"name": "CI"}),
        ("/v1/api-keys/{id}/roll", {}),
        ("/v1/invites", {"email": "new@example.com", "role": "viewer"}),
    ],
)
async def test_a_secret_is_repeated_to_nobody_but_its_first_caller(
    path: str, body: dict[str, str], api: httpx.AsyncClient, tenant: Tenant
) -> None:
    path = path.format(id=(await api.post("/v1/api-keys", json={})).json()["id"])
    first = await api.post(path, json=body, headers=KEY)
    other = await tenant.client([Permission.KEYS_ADMIN, Permission.WORKSPACE_ADMIN])
    answer = await other.post(path, json=body, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert (await api.post(path, json=body, headers=KEY)).content == first.content


async def test_parallel_creates_with_one_key_make_one_code(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    calls = (api.post("/v1/qr-codes", json=LEAST, headers=KEY) for _ in range(200))
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    counted = await tenant.row(
        """SELECT (SELECT count(*) FROM codes) AS codes, (SELECT count(*) FROM outbox) AS outbox,
                  (SELECT sum(created)::int FROM usage_codes) AS charged"""
    )
    assert tuple(counted) == (1, 1, 1)


async def test_a_refused_call_may_be_mended_with_the_same_key(api: httpx.AsyncClient) -> None:
    refused = await api.post("/v1/qr-codes", json={"destination_url": "no"}, headers=KEY)
    assert refused.status_code == 422
    assert (await api.post("/v1/qr-codes", json=LEAST, headers=KEY)).status_code == 201


async def test_a_call_in_flight_is_told_apart(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    async with deps.db.transaction(tenant.id) as conn:
        await conn.execute(
            """INSERT INTO idempotency_keys (workspace_id, mode, operation, key, request_hash)
               VALUES ($1, 'live', 'createQrCode', 'order-1', '')""",
            tenant.id,
        )
        answer = await api.post("/v1/qr-codes", json=LEAST, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("key", ["", "x" * 256, "x" * 1_000_000, "tab\there", "\xe9"])
async def test_a_key_out_of_bounds_is_refused(api: httpx.AsyncClient, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = await api.post("/v1/qr-codes", json=LEAST, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_idempotency_key")


async def test_keys_are_kept_a_day_and_bounded_in_number(
    api: httpx.AsyncClient, tenant: Tenant, deps: Deps
) -> None:
    for number in range(3):
        headers = {"Idempotency-Key": f"k{number}"}
        await api.post("/v1/qr-codes", json=LEAST, headers=headers)
    await tenant.row(
        "UPDATE idempotency_keys SET created_at = now() - interval '25 h' WHERE key = 'k0'"
    )
    await sweep(deps.db, cap=1)
    assert len(await tenant.rows("SELECT FROM idempotency_keys")) == 2
    answer = await api.post("/v1/qr-codes", json=LEAST, headers={"Idempotency-Key": "new"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_full")
    await sweep(deps.db, cap=2)
    answer = await api.post("/v1/qr-codes", json=LEAST, headers={"Idempotency-Key": "new"})
    assert answer.status_code == 201
