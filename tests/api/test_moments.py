"""Times at the ends of what can be told, in whatever zone they are sent."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Tenant

URL = {"destination_url": "https://example.com"}
BEYOND = ("8999-12-31T23:30:00-01:00", "1900-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
PLACES: list[tuple[str, dict[str, Any], str]] = [
    ("/v1/links", URL, "expires_at"),
    ("/v1/links", URL, "starts_at"),
    ("/v1/qr-codes", URL, "expires_at"),
    ("/v1/campaigns", {"name": "x"}, "starts_at"),
    ("/v1/api-keys", {"name": "x"}, "expires_at"),
]


@pytest.mark.parametrize("moment", BEYOND)
@pytest.mark.parametrize(("path", "body", "field"), PLACES, ids=lambda each: str(each)[:20])
async def test_the_bounds_are_those_of_utc(
    path: str, body: dict[str, Any], field: str, moment: str, api: httpx.AsyncClient
) -> None:
    answer = await api.post(path, json={**body, field: moment})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (f"/{field}", "invalid_value")


async def test_the_last_and_the_first_moment_are_taken_and_listed(api: httpx.AsyncClient) -> None:
    ends = {"starts_at": "1900-01-01T00:00:00Z", "expires_at": "9000-01-01T00:59:59+01:00"}
    made = await api.post("/v1/links", json={**URL, **ends})
    assert made.status_code == 201, made.text
    (listed,) = (await api.get("/v1/links")).json()["data"]
    assert listed["expires_at"] == "8999-12-31T23:59:59.000Z"


async def test_a_stored_moment_beyond_the_bounds_breaks_no_list(
    api: httpx.AsyncClient, tenant: Tenant
) -> None:
    await api.post("/v1/qr-codes", json=URL)
    await tenant.rows(
        "UPDATE links SET expires_at = '9000-01-01T00:30Z', starts_at = '0001-01-02Z'"
    )
    for path in ("/v1/links", "/v1/qr-codes"):
        answer = await api.get(path)
        assert answer.status_code == 200, answer.text
