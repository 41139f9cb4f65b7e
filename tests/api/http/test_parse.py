"""No body, query or path that a stranger can send is worse than a 4xx (threats 36-52)."""

import gzip
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from qz_api.callers.permissions import Permission
from tests.api.conftest import Tenant

PATH = "/v1/qr-codes"
JSON = {"Content-Type": "application/json"}
OVER_A_MEGABYTE = b'{"destination_url": "' + b"x" * (1 << 20) + b'"}'

UNREADABLE = {
    "no body": b"",
    "no JSON": b"{",
    "two documents": b"{} {}",
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "single quotes": b"{'name': 'x'}",
}
OUT_OF_BOUNDS = {
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "a million values": b"[" + b"1," * 400_000 + b"1]",
    "many keys": b"{" + b",".join(b'"%d":1' % n for n in range(80_000)) + b"}",
    "a long number": b'{"name": ' + b"9" * 5_000 + b"}",
    "nineteen digits": b'{"metadata": {"a": 9999999999999999999}}',
    "nineteen digits below nought": b'{"metadata": {"a": -9999999999999999999}}',
    "a huge number": b'{"name": 1e400}',
    "half a surrogate": b'{"name": "\\ud800"}',
    "half a surrogate as a field": b'{"\\udfff": 1}',
    "NUL": b'{"name": "a\\u0000b"}',
    "a field twice": b'{"destination_url": "https://a.example", "destination_url": "x"}',
}
NOT_AN_OBJECT = {"a list": b"[]", "a text": b'"x"', "null": b"null", "a number": b"1"}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_can_not_be_read_is_malformed(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(PATH, content=body, headers=JSON)
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("body", OUT_OF_BOUNDS.values(), ids=OUT_OF_BOUNDS)
async def test_what_is_out_of_bounds_is_invalid(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(PATH, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_json"), answer.text


@pytest.mark.parametrize("body", NOT_AN_OBJECT.values(), ids=NOT_AN_OBJECT)
async def test_what_is_no_object_is_invalid(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(PATH, content=body, headers=JSON)
    assert answer.status_code == 422


async def test_a_large_body_is_cut_off_whatever_it_says_of_itself(api: httpx.AsyncClient) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        for start in range(0, len(OVER_A_MEGABYTE), 65_536):
            yield OVER_A_MEGABYTE[start : start + 65_536]

    for content in (OVER_A_MEGABYTE, dripping()):
        answer = await api.post(PATH, content=content, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", ";;"])
async def test_another_content_type_is_refused(api: httpx.AsyncClient, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = await api.post(PATH, content=b"{}", headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "br, gzip"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": 'application/json;CHARSET="utf-16"'},
    ],
    ids=str,
)
async def test_a_body_in_another_dress_is_refused(
    api: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    body = gzip.compress(b'{"destination_url": "https://example.com"}')
    answer = await api.post(PATH, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_eighteen_digits_are_a_number(api: httpx.AsyncClient) -> None:
    body = {"destination_url": "https://example.com", "metadata": {"a": -(10**18) + 1}}
    made = await api.post(PATH, json=body)
    assert (made.status_code, made.json()["metadata"]) == (201, {"a": -(10**18) + 1})


async def test_an_encoded_slash_separates_nothing(api: httpx.AsyncClient) -> None:
    made = await api.post(PATH, json={"destination_url": "https://example.com"})
    where = made.headers["location"]
    for path in (f"{where}%2fimage", f"{where}%2Fimage", "/v1%2fme"):
        assert (await api.get(path)).status_code == 404
    assert (await api.get(f"{where}/image")).status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/vnd.x+json",
    ],
)
async def test_json_by_another_name_is_read(api: httpx.AsyncClient, kind: str) -> None:
    body = json.dumps({"destination_url": "https://example.com"}).encode()
    assert (await api.post(PATH, content=body, headers={"Content-Type": kind})).status_code == 201


async def test_all_bad_fields_are_told_at_once(api: httpx.AsyncClient) -> None:
    body = {"scopes": ["qr:read", "no:such"], "preset": "none", "expires_at": 5, "a/b~c": 1}
    answer = await api.post("/v1/api-keys", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_request")
    pointers = {error["pointer"]: error["code"] for error in problem["errors"]}
    assert set(pointers) == {"/scopes/1", "/preset", "/expires_at", "/a~1b~0c"}
    assert pointers["/a~1b~0c"] == "unknown_field"


@pytest.mark.parametrize(
    "field", ["workspace_id", "tenant_id", "status", "plan", "scan_count", "created_at", "id"]
)
async def test_fields_that_are_ours_to_set_are_unknown(api: httpx.AsyncClient, field: str) -> None:
    answer = await api.post("/v1/api-keys", json={field: "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": f"/{field}", "code": "unknown_field", "message": "is not a known field"}
    ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=101", 422),
        ("limit=1e9", 422),
        ("limit=%205", 422),
        ("limit=5.0", 422),
        ("limit=%2B5", 422),
        ("limit=05", 422),
        ("limit=" + "9" * 5000, 422),
        ("limit=1&limit=2", 400),
        ("cursor=abc", 422),
        ("cursor=%F0%9F%99%82", 422),
        ("cursor=" + "A" * 100, 422),
        ("unknown=1", 422),
        ("include=everything", 422),
        ("limit=%ff", 400),
        ("limit=%00", 400),
        ("&".join(f"a{n}=1" for n in range(200)), 400),
    ],
)
async def test_bad_queries_are_told(api: httpx.AsyncClient, query: str, status: int) -> None:
    answer = await api.get(f"/v1/api-keys?{query}")
    assert answer.status_code == status, answer.text


async def test_a_route_without_parameters_takes_none(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/me?verbose=1")).status_code == 400


async def test_a_cursor_opens_nothing_of_another_list(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    for _ in range(2):
        await api.post("/v1/api-keys", json={"scopes": [Permission.QR_READ]})
    cursor = (await api.get("/v1/api-keys?limit=1")).json()["next_cursor"]
    assert (await api.get(f"/v1/api-keys?cursor={cursor}")).status_code == 200
    stolen = await api.get(f"{PATH}?cursor={cursor}")
    assert (stolen.status_code, stolen.json()["code"]) == (422, "invalid_cursor")
    test = await tenant.client(mode="test")
    assert (await test.get(f"/v1/api-keys?cursor={cursor}")).status_code == 422
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    assert (await api.get(f"/v1/api-keys?cursor={flipped}")).status_code == 422


async def test_what_needs_no_word_needs_no_body(api: httpx.AsyncClient) -> None:
    code = (await api.post(PATH, json={"destination_url": "https://example.com"})).json()
    where, link = f"{PATH}/{code['id']}", f"/v1/links/{code['link']['id']}"
    for path in (f"{where}/duplicate", f"{where}/image-urls", f"{link}/duplicate"):
        assert (await api.post(path)).status_code == 201
    assert (await api.post(f"{where}/render")).status_code == 200
    assert (await api.post(f"{link}/explain")).status_code == 200
    assert (await api.patch(where)).json()["code"] == "missing_body"


async def test_a_key_is_found_in_a_query_however_it_is_written(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    key = await tenant.key()
    for text in (key, key.replace("_", "%5f"), key.replace("z", "%7A")):
        answer = await api.get(f"{PATH}?api_key={text}")
        assert (answer.status_code, answer.json()["code"]) == (400, "key_in_query")


async def test_internal_routes_look_absent_whatever_the_method(api: httpx.AsyncClient) -> None:
    absent = (await api.get("/internal/nothing")).json()
    for method in ("GET", "OPTIONS", "POST"):
        answer = await api.request(method, "/internal/links/block")
        assert (answer.status_code, answer.json()["detail"]) == (404, absent["detail"])


@pytest.mark.parametrize("tags", ["{tag}", "W/{tag}", '"0",{tag}', '"0" , {tag}', "*"])
async def test_a_known_version_is_not_sent_again(tags: str, api: httpx.AsyncClient) -> None:
    campaign = await api.post("/v1/campaigns", json={"name": "Spring"})
    known = tags.format(tag=campaign.headers["etag"])
    where = f"/v1/campaigns/{campaign.json()['id']}"
    assert (await api.get(where, headers={"If-None-Match": known})).status_code == 304
    assert (await api.get(where, headers={"If-None-Match": '"0"'})).status_code == 200
