"""The image of a stored code."""


import httpx

from tests.api.images.conftest import make_code, said_by


async def test_the_symbol_says_the_short_url_in_capitals(api: httpx.AsyncClient) -> None:
    id = await make_code(api, slug="launch-poster")
    answer = await api.get(f"/v1/qr-codes/{id}/image")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert said_by(answer.content) == "HTTPS://QZ.EXAMPLE/LAUNCH-POSTER"
