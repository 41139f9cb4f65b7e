"""Wrong bodies and queries are told in words and codes of our own, field by field."""

from typing import Any

import httpx
import pytest

from tests.api.codes.test_create import pointers

PATH = "/v1/qr-codes"
URL = "https://example.com/"
WINDOW = {"name": "x", "starts_at": "2030-01-02T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"name": 5}, "/name", "invalid_type"),
    ({"name": "x" * 201}, "/name", "too_long"),
    ({"name": "two\nlines"}, "/name", "invalid_value"),
    ({"name": "\u202egnp.exe"}, "/name", "invalid_value"),
    ({"max_scans": "5"}, "/max_scans", "invalid_type"),
    ({"max_scans": True}, "/max_scans", "invalid_type"),
    ({"pass_query": "yes"}, "/pass_query", "invalid_type"),
    ({"pass_query": 1}, "/pass_query", "invalid_type"),
    ({"size": "512"}, "/size", "invalid_type"),
    ({"size": []}, "/size", "invalid_type"),
    ({"metadata": {"a": [1]}}, "/metadata/a", "invalid_type"),
    ({"metadata": {"a": "x" * 501}}, "/metadata/a", "too_long"),
    ({"tags": "one"}, "/tags", "invalid_type"),
    ({"tags": [1]}, "/tags/0", "invalid_type"),
    ({"locked": ["none"]}, "/locked/0", "invalid_value"),
    ({"format": "gif"}, "/format", "invalid_value"),
    ({"link": []}, "/link", "invalid_type"),
    ({"link": {"scans": 1}}, "/link/scans", "unknown_field"),
    ({"expires_at": 1900000000}, "/expires_at", "invalid_value"),
    ({"expires_at": "2030-02-30T00:00:00Z"}, "/expires_at", "invalid_value"),
    ({"expires_at": "2030-01-01T00:00:00"}, "/expires_at", "invalid_value"),
    ({"expires_at": "9999-12-31T23:59:59Z"}, "/expires_at", "invalid_value"),
    ({"starts_at": "0001-01-01T00:00:00+14:00"}, "/starts_at", "invalid_value"),
]
OTHERS: list[tuple[str, Any, dict[str, str]]] = [
    ("/v1/qr-codes", [], {"": "invalid_type"}),
    ("/v1/campaigns", {"name": "x", "utm": {"utm_x": "y"}}, {"/utm/utm_x": "invalid_value"}),
    (
        "/v1/destinations",
        {"name": "x", "target": {"type": "url", "url": URL, "more": 1}},
        {"/target/more": "unknown_field"},
    ),
    ("/v1/destinations", {"name": "x", "target": {"type": "url"}}, {"/target/url": "required"}),
    ("/v1/destinations", {"name": "x", "target": {"url": URL}}, {"/target/type": "required"}),
    (
        "/v1/destinations",
        {"name": "x", "target": {"type": "fax"}},
        {"/target/type": "invalid_value"},
    ),
    ("/v1/landing-pages", {"title": 5}, {"/title": "invalid_type"}),
    ("/v1/qr-codes/bulk", {"items": []}, {"/items": "too_few"}),
    (PATH, {"content": {"kind": "url", "url": 5}}, {"/content/url": "invalid_type"}),
    ("/v1/render", {"content": []}, {"/content": "invalid_type"}),
]


@pytest.mark.parametrize(("fields", "pointer", "code"), REFUSED, ids=lambda each: str(each)[:40])
async def test_a_wrong_field_is_told_once(
    fields: dict[str, Any], pointer: str, code: str, api: httpx.AsyncClient
) -> None:
    answer = await api.post(PATH, json={"destination_url": URL, **fields})
    assert answer.status_code == 422, answer.text
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        (pointer, code)
    ]


@pytest.mark.parametrize(("path", "body", "wrong"), OTHERS, ids=lambda each: str(each)[:40])
async def test_pointers_lead_to_what_the_caller_wrote(
    path: str, body: Any, wrong: dict[str, str], api: httpx.AsyncClient
) -> None:
    answer = await api.post(path, json=body)
    assert (answer.status_code, pointers(answer)) == (422, wrong), answer.text


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/v1/api-keys", {"name": ""}, "too_short"),
        ("POST", PATH, {"name": 5, "tags": 5, "destination_url": URL}, "invalid_type"),
        ("POST", PATH, {"name": 5, "tags": 5, "more": 5}, "invalid_request"),
        ("PATCH", "/v1/workspace", {"timezone": "Mars"}, "invalid_timezone"),
        ("POST", "/v1/landing-pages", {"title": "x", "blocks": [{"type": "text"}]}, "required"),
        ("POST", "/v1/render", {}, "required"),
        ("POST", "/v1/campaigns", WINDOW, "invalid_window"),
        ("GET", f"{PATH}?limit=0", None, "out_of_range"),
    ],
    ids=lambda each: str(each)[:30],
)
async def test_a_problem_has_the_code_that_all_its_fields_have(
    method: str, path: str, body: Any, code: str, api: httpx.AsyncClient
) -> None:
    problem = (await api.request(method, path, json=body)).json()
    codes = {each["code"] for each in problem["errors"]}
    assert (problem["status"], problem["code"]) == (422, code)
    assert codes == {code} or (len(codes) > 1 and code == "invalid_request")


async def test_no_word_of_the_library_gets_out(api: httpx.AsyncClient) -> None:
    body = {"size": [], "name": 5, "expires_at": "9999-01-01T00:00:00Z", "tags": {}, "format": 1}
    text = (await api.post(PATH, json=body)).text
    for word in (
        "Input should",
        "Value error",
        "constrained",
        "literal",
        "datetime.",
        "CodeCreate",
    ):
        assert word not in text


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B14:00", "now", "2020-01-01", "0"])
async def test_a_list_told_from_no_moment_says_so(moment: str, api: httpx.AsyncClient) -> None:
    answer = await api.get(f"{PATH}?created_after={moment}")
    assert pointers(answer) == {"?created_after": "invalid_value"}


async def test_the_same_complaint_is_made_once(api: httpx.AsyncClient) -> None:
    """Tags and campaign belong to the code and to its link."""
    body = {"destination_url": URL, "campaign_id": "cmp_x", "tags": ["a,b"]}
    errors = (await api.post(PATH, json=body)).json()["errors"]
    assert [each["pointer"] for each in errors] == ["/campaign_id", "/tags/0"] or [
        each["pointer"] for each in errors
    ] == ["/tags/0", "/campaign_id"]
