"""Addresses of images that work for anybody."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from qz_api.app import create_app
from qz_api.deps import Deps, open_deps
from qz_api.settings import ApiSettings
from qz_common.clock import FrozenClock, SystemClock
from qz_common.settings import load
from tests.api.images.conftest import make_code


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(SystemClock().now())


@pytest.fixture
async def deps(api_environment: dict[str, str], clock: FrozenClock) -> AsyncIterator[Deps]:
    async with open_deps(load(ApiSettings, api_environment), clock) as opened:
        yield opened


async def signed(api: httpx.AsyncClient, id: str, **body: object) -> str:
    answer = await api.post(f"/v1/qr-codes/{id}/image-urls", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["url"])


async def test_a_signed_address_has_the_bytes_that_a_key_gets(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    id = await make_code(api, style={"modules": "dots"})
    own = await api.get(f"/v1/qr-codes/{id}/image", params={"format": "svg", "size": 300})
    anybodys = await anonymous.get(await signed(api, id, format="svg", size=300))
    assert anybodys.status_code == 200, anybodys.text
    assert anybodys.content == own.content
    assert anybodys.headers["etag"] == own.headers["etag"]
    assert anybodys.headers["cache-control"].startswith("public, max-age=")


async def test_print_units_and_downloads_can_be_signed(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    id = await make_code(api)
    url = await signed(api, id, size={"mm": 30, "dpi": 300}, download=True)
    answer = await anonymous.get(url)
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_a_signature_holds_for_its_code_and_its_parameters_alone(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    id, other = await make_code(api), await make_code(api)
    url = await signed(api, id, format="png")
    for changed in (
        url.replace(id, other),
        url.replace("format=png", "format=svg"),
        url.replace("format=png&", ""),
        url + "&size=4096",
        url[:-4] + "AAAA",
        f"/v1/qr-codes/{id}/image?sig=%C3%A9",
    ):
        answer = await anonymous.get(changed)
        assert (answer.status_code, answer.json()["code"]) == (403, "invalid_signature"), changed


async def test_an_address_ends_when_it_said_it_would(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient, clock: FrozenClock
) -> None:
    id = await make_code(api)
    url, permanent = await signed(api, id, expires_in=60), await signed(api, id)
    assert (await anonymous.get(url)).status_code == 200
    clock.advance(timedelta(seconds=61))
    assert (await anonymous.get(url)).json()["code"] == "expired_signature"
    longer = url.replace("expires=", "expires=9")
    assert (await anonymous.get(longer)).json()["code"] == "invalid_signature"
    clock.advance(timedelta(days=3650))
    assert (await anonymous.get(permanent)).status_code == 200


async def test_the_image_of_a_deleted_code_is_gone_for_anybody(
    api: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    id = await make_code(api)
    url = await signed(api, id)
    await api.delete(f"/v1/qr-codes/{id}")
    assert (await anonymous.get(url)).status_code == 404


async def test_where_images_are_public_any_address_works(
    api_environment: dict[str, str], api: httpx.AsyncClient
) -> None:
    id = await make_code(api)
    settings = load(ApiSettings, {**api_environment, "PUBLIC_IMAGES": "true"})
    async with open_deps(settings) as deps:
        transport = httpx.ASGITransport(app=create_app(deps))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as anybody:
            answer = await anybody.get(f"/v1/qr-codes/{id}/image")
            missing = await anybody.get("/v1/qr-codes/qr_01k6yz0000e008000000000000/image")
    assert answer.content == (await api.get(f"/v1/qr-codes/{id}/image")).content
    assert missing.status_code == 404
