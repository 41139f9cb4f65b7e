"""What every answer has, and what becomes of what nobody expected."""

from dataclasses import replace

import httpx
import pytest
from structlog.testing import capture_logs

from qz_api.app import create_app
from qz_api.deps import Deps
from qz_api.http.hosts import Hosts
from qz_api.http.scope import App, Receive, Scope, Send
from qz_api.metrics import api_metrics
from qz_api.middleware import RequestMiddleware
from tests.api.conftest import BASE, INTERNAL_TOKEN, Tenant


async def test_a_request_id_goes_in_and_comes_out(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/v1/me", headers={"X-Request-Id": "shop-42"})
    assert (answer.headers["x-request-id"], answer.json()["request_id"]) == ("shop-42", "shop-42")


@pytest.mark.parametrize("id", ["", "a b", "x" * 101, "a\tb", "<script>", "é"])
async def test_a_request_id_out_of_bounds_is_replaced(
    anonymous: httpx.AsyncClient, id: str
) -> None:
    headers = {"X-Request-Id": id.encode("latin-1")}
    answer = await anonymous.get("/v1/me", headers=headers)  # type: ignore[arg-type]
    assert answer.headers["x-request-id"].startswith("req_")


async def test_every_answer_is_safe_to_show(api: httpx.AsyncClient) -> None:
    for answer in (await api.get("/v1/me"), await api.get("/nothing"), await api.put("/v1/me")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_an_unknown_route_is_a_problem(anonymous: httpx.AsyncClient) -> None:
    for path in ("/nothing", "/v2/me", "/v1/me/", "/v1//me", "/%00", "/%ff", "/v1/../etc/passwd"):
        answer = await anonymous.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_a_wrong_method_is_told_the_right_ones(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.put("/v1/api-keys")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    options = await anonymous.options("/v1/api-keys")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


async def test_head_is_get_without_a_body(api: httpx.AsyncClient) -> None:
    got, headed = await api.get("/v1/qr-codes"), await api.head("/v1/qr-codes")
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == got.headers["content-length"]


async def test_a_known_version_is_not_sent_again(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/styles", json={"name": "Brand"})
    where, tag = made.headers["location"], made.headers["etag"]
    answer = await api.get(where, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize("resource", ["/v1/qr-codes", "/v1/links"])
async def test_what_counts_scans_is_always_sent(
    api: httpx.AsyncClient, tenant: Tenant, resource: str
) -> None:
    made = await api.post(resource, json={"destination_url": "https://example.com"})
    where, tag = made.headers["location"], made.headers["etag"]
    await tenant.rows("UPDATE links SET scan_count = 7")
    answer = await api.get(where, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()["scan_count"]) == (200, 7)
    same = await api.patch(where, json={"name": "x"}, headers={"If-Match": answer.headers["etag"]})
    assert same.status_code == 200, same.text


async def test_a_change_to_another_version_is_refused(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/qr-codes", json={"destination_url": "https://example.com"})
    where = made.headers["location"]
    change = {"destination_url": "https://example.org"}
    for tag, status in (('"99"', 412), ("3", 400), ('"3', 400), (made.headers["etag"], 200)):
        answer = await api.patch(where, json=change, headers={"If-Match": tag})
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("tags", ["W/{tag}", '"0", W/{tag}', 'W/"0" ,{tag}', "*"])
async def test_a_version_is_meant_whatever_a_proxy_made_of_its_tag(
    tags: str, api: httpx.AsyncClient
) -> None:
    made = await api.post("/v1/styles", json={"name": "Brand"})
    where, known = made.headers["location"], {"If-Match": tags.format(tag=made.headers["etag"])}
    answer = await api.patch(where, json={"name": "x"}, headers=known)
    assert answer.status_code == 200, answer.text
    stale = await api.patch(where, json={"name": "y"}, headers={"If-Match": 'W/"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")


@pytest.mark.parametrize("host", ["a@b", "a b", "", "a/b", "x" * 300, "a:b:c", "[::1"])
async def test_a_host_that_is_none_is_malformed(anonymous: httpx.AsyncClient, host: str) -> None:
    answer = await anonymous.get("/v1/me", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_host")


STRANGE = ("evil.example", "api.test.evil.example", "127.0.0.1:99999", "127.0.0.2", "192.0.2.1")
OWN = ("api.test", "API.test:80", "api.test.", "localhost:8700", "127.0.0.1:8700", "[::1]:8700")


@pytest.mark.parametrize("host", STRANGE)
async def test_a_host_that_is_not_ours_is_refused(api: httpx.AsyncClient, host: str) -> None:
    answer = await api.get("/v1/me", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_host")


@pytest.mark.parametrize("host", OWN)
async def test_a_host_of_ours_is_answered(api: httpx.AsyncClient, host: str) -> None:
    assert (await api.get("/v1/me", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(("others", "host"), [(("api",), "api:80"), (("*",), "evil.example")])
async def test_further_hosts_are_a_setting(
    deps: Deps, tenant: Tenant, others: tuple[str, ...], host: str
) -> None:
    app = create_app(replace(deps, settings=replace(deps.settings, hosts=others)))
    transport = httpx.ASGITransport(app=app)
    bearer = {"Authorization": f"Bearer {await tenant.key()}", "Host": host}
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        assert (await client.get("/v1/me", headers=bearer)).status_code == 200
        assert (await client.get("/v1/me", headers={"Host": "a@b"})).status_code == 400


async def test_services_ask_under_any_name(anonymous: httpx.AsyncClient) -> None:
    asked = {"Host": "api.cluster", "Authorization": f"Bearer {INTERNAL_TOKEN}"}
    answer = await anonymous.get("/internal/routing/record?key=code:/x", headers=asked)
    assert answer.status_code != 400, answer.text


async def test_what_nobody_expected_is_a_problem_without_its_reason() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("the password is swordfish")

    app: App = RequestMiddleware(broken, api_metrics(), hosts=Hosts(BASE), secure=True)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        answer = await client.get("/x")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "swordfish" not in answer.text
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_a_log_line_says_who_called_and_what_came_of_it(
    anonymous: httpx.AsyncClient, tenant: Tenant
) -> None:
    client = await tenant.client(mode="test")
    with capture_logs() as lines:
        await client.get("/v1/qr-codes/qr_nothing")
        await anonymous.get("/v1/me")
        await anonymous.get("/nowhere")
    known, stranger, lost = [line for line in lines if line["event"] == "request"]
    assert (known["workspace"], known["mode"]) == (tenant.text, "test")
    assert known["principal"].startswith("key_")
    assert (known["route"], known["code"]) == ("/v1/qr-codes/{id}", "not_found")
    assert (stranger["route"], stranger["code"]) == ("/v1/me", "missing_key")
    assert lost["route"] == "unknown"
    assert {"workspace", "mode", "principal"}.isdisjoint({*stranger, *lost})
