"""What Postgres says about routing, as an edge that compares asks for it."""

import httpx
import pytest

from qz_api.deps import Deps
from qz_common.records import code_key
from qz_common.route_digest import PAGE, digest_of, hash_of
from tests.api.conftest import INTERNAL_TOKEN, Tenant

TOKEN = {"Authorization": f"Bearer {INTERNAL_TOKEN}"}
PATHS = ("digest", "hashes", "record?key=code:/a")
KEYS = ["code:/b", "code:/a_", "code:/aé", "code:/a-", "page:1", "domain:go.example", "code:z/a"]


async def put(deps: Deps, keys: list[str]) -> list[tuple[bytes, bytes]]:
    """Rows of `routes`, and what they come to."""
    values = {key: f"value of {key}".encode() for key in keys}
    async with deps.db.system() as conn:
        await conn.execute(
            "INSERT INTO routes (key, value) SELECT * FROM unnest($1::text[], $2::bytea[])",
            list(values),
            list(values.values()),
        )
    return sorted((key.encode(), hash_of(value)) for key, value in values.items())


async def ask(client: httpx.AsyncClient, what: str, **query: str) -> httpx.Response:
    return await client.get(f"/internal/routing/{what}", params=query, headers=TOKEN)


async def test_a_page_is_digested_as_the_edge_does_it(
    deps: Deps, anonymous: httpx.AsyncClient
) -> None:
    records = await put(deps, KEYS)
    page = (await ask(anonymous, "digest")).json()
    assert (page["last"], page["count"]) == ("", len(KEYS))
    assert page["digest"] == digest_of(records)


async def test_nothing_has_a_digest_too(anonymous: httpx.AsyncClient) -> None:
    page = (await ask(anonymous, "digest")).json()
    assert page == {"last": "", "count": 0, "digest": digest_of([]), "newest": 0}


async def test_pages_follow_each_other_in_the_order_of_bytes(
    deps: Deps, anonymous: httpx.AsyncClient
) -> None:
    records = await put(deps, [code_key("", f"{number:05}") for number in range(PAGE + 7)])
    first = (await ask(anonymous, "digest")).json()
    assert (first["count"], first["digest"]) == (PAGE, digest_of(records[:PAGE]))
    assert first["last"] == records[PAGE - 1][0].decode()
    second = (await ask(anonymous, "digest", after=first["last"])).json()
    assert (second["last"], second["count"]) == ("", 7)
    assert second["digest"] == digest_of(records[PAGE:])


async def test_salts_and_markers_are_left_out(deps: Deps, anonymous: httpx.AsyncClient) -> None:
    await put(deps, ["salt:2026-01-01", "marker:0"])
    records = await put(deps, KEYS)
    assert (await ask(anonymous, "digest")).json()["digest"] == digest_of(records)
    assert len((await ask(anonymous, "hashes")).json()["hashes"]) == len(KEYS)


async def test_hashes_are_of_the_records_between_two_keys(
    deps: Deps, anonymous: httpx.AsyncClient
) -> None:
    records = await put(deps, KEYS)
    after, last = records[0][0].decode(), records[3][0].decode()
    hashes = (await ask(anonymous, "hashes", after=after, last=last)).json()["hashes"]
    assert hashes == {key.decode(): hash.hex() for key, hash in records[1:4]}


async def test_a_record_that_waits_to_be_published_has_no_hash(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, tenant: Tenant
) -> None:
    code = await api.post("/v1/qr-codes", json={"destination_url": "https://example.com"})
    key = code_key("", code.json()["link"]["slug"])
    assert (await ask(anonymous, "hashes")).json()["hashes"] == {key: ""}
    await tenant.rows("DELETE FROM outbox")
    value = (await tenant.row("SELECT value FROM routes"))["value"]
    assert (await ask(anonymous, "hashes")).json()["hashes"] == {key: hash_of(value).hex()}
    assert (await ask(anonymous, "record", key=key)).content == value


async def test_the_newest_version_is_the_highest_that_was_given(
    deps: Deps, anonymous: httpx.AsyncClient
) -> None:
    async with deps.db.system() as conn:
        version = await conn.fetchval("SELECT nextval('route_versions')")
    assert (await ask(anonymous, "digest")).json()["newest"] == version


@pytest.mark.parametrize("path", PATHS)
async def test_customers_see_no_such_route(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(f"/internal/routing/{path}")).status_code == 404


async def test_an_absent_record_is_absent(anonymous: httpx.AsyncClient) -> None:
    assert (await ask(anonymous, "record", key="code:/nothing")).status_code == 404


async def test_a_bad_question_is_refused(anonymous: httpx.AsyncClient) -> None:
    assert (await ask(anonymous, "digest", after="\0")).status_code == 400
