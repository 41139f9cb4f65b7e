"""Every route, made from the route table, against everybody who must not get through.

A feature is in here by being in the table: its `POST` example makes the thing that the others ask
for.
"""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from qz_api.app import OPERATIONS
from qz_api.callers.permissions import Permission
from qz_api.http.operation import Operation
from qz_common.ids import new_uuid, show_id
from tests.api.conftest import MakeTenant, Tenant

GUARDED = [each for each in OPERATIONS if each.guard == "principal"]
SCOPED = [each for each in GUARDED if each.scope is not None]
CREATORS = {
    each.path: each
    for each in OPERATIONS
    if each.method == "POST" and each.status == 201 and each.example is not None
}
OF_ONE = [
    each for each in GUARDED if "/{id}" in each.path and each.path.partition("/{id}")[0] in CREATORS
]
ELSEWHERE = {"updateMember", "removeMember"}
"""Nobody makes a member by a single call: accounts/test_members.py."""
VARYING = ("instance", "request_id")


def named(operations: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=lambda each: each.id)


def test_the_matrix_covers_every_route_of_one_thing() -> None:
    uncovered = {each.id for each in GUARDED if "{" in each.path} - {each.id for each in OF_ONE}
    assert uncovered == ELSEWHERE


@named(GUARDED)
async def test_no_key_is_refused(operation: Operation, anonymous: httpx.AsyncClient) -> None:
    answer = await ask(anonymous, operation, {"id": "x"})
    assert_problem(answer, 401, "missing_key")


@named(GUARDED)
async def test_a_revoked_key_is_refused(operation: Operation, tenant: Tenant) -> None:
    client = await tenant.client()
    await tenant.rows("UPDATE api_keys SET revoked_at = now()")
    assert_problem(await ask(client, operation, {"id": "x"}), 401, "revoked_key")


@named(SCOPED)
async def test_a_key_without_the_scope_is_refused(operation: Operation, tenant: Tenant) -> None:
    client = await tenant.client(scope for scope in Permission if scope is not operation.scope)
    assert_problem(await ask(client, operation, {"id": "x"}), 403, "missing_scope")


@named(OF_ONE)
async def test_another_tenants_thing_is_absent(
    operation: Operation, api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    id = await make(api, operation)
    stranger = await (await make_tenant()).client()
    theirs = await ask(stranger, operation, {"id": id})
    absent = await ask(stranger, operation, {"id": show_id(id.partition("_")[0], new_uuid())})
    assert_problem(theirs, 404, "not_found")
    assert without(theirs.json()) == without(absent.json())


@named(OF_ONE)
async def test_a_live_thing_is_absent_for_a_test_key(
    operation: Operation, api: httpx.AsyncClient, tenant: Tenant
) -> None:
    id = await make(api, operation)
    test = await tenant.client(mode="test")
    assert_problem(await ask(test, operation, {"id": id}), 404, "not_found")


@named(OF_ONE)
@pytest.mark.parametrize("id", ["x", "qr_", "%00", "..%2f..", "1" * 3000, "'--", "qr_🙂"])
async def test_what_is_no_id_is_absent(
    operation: Operation, id: str, api: httpx.AsyncClient
) -> None:
    answer = await ask(api, operation, {"id": id})
    assert_problem(answer, 404, "not_found")


async def ask(
    client: httpx.AsyncClient, operation: Operation, values: Mapping[str, str]
) -> httpx.Response:
    path = operation.path
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", values.get(name, "x"))
    body = operation.example if operation.body else None
    return await client.request(operation.method, path, json=body)


async def make(client: httpx.AsyncClient, operation: Operation) -> str:
    creator = CREATORS[operation.path.partition("/{id}")[0]]
    answer = await client.post(creator.path, json={**(creator.example or {}), **live(creator)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def live(creator: Operation) -> dict[str, str]:
    return {"mode": "live"} if creator.path == "/v1/api-keys" else {}


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def without(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name not in VARYING}
