"""The explorer works, from here alone."""

import json
import re
from collections.abc import AsyncIterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from playwright.async_api import async_playwright

from deploy.embedded.backends import free_port
from qz_api.http.scope import App
from qz_common.ops import QuietServer, running
from tests.api.conftest import Tenant

ROOT = Path(__file__).parents[3]
VENDOR = ROOT / "services/api/qz_api/http/vendor"
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
async def address(app: App) -> AsyncIterator[str]:
    port = free_port()
    config = uvicorn.Config(app, port=port, lifespan="off", log_config=None)
    async with running(QuietServer(config)):
        yield f"http://127.0.0.1:{port}"


def test_vendored_files_are_those_of_the_manifest() -> None:
    spec = spec_from_file_location("vendoring", ROOT / "services/api/tools/vendor_explorer.py")
    assert spec is not None
    assert spec.loader is not None
    vendoring = module_from_spec(spec)
    spec.loader.exec_module(vendoring)
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    assert (manifest["name"], manifest["version"]) == (vendoring.NAME, vendoring.VERSION)
    for name, digest in manifest["files"].items():
        assert vendoring.sha512((VENDOR / name).read_bytes()) == digest


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_root_leads_to_the_page(anonymous: httpx.AsyncClient, method: str) -> None:
    answer = await anonymous.request(method, "/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs")
    assert (await anonymous.request(method, "/favicon.ico")).status_code == 204
    for path in ("/", "/favicon.ico"):
        assert (await anonymous.post(path)).status_code == 405


async def test_every_file_of_the_page_is_here(anonymous: httpx.AsyncClient) -> None:
    page = await anonymous.get("/docs")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for path in re.findall(r'(?:href|src)="([^"]+)"', page.text):
        assert path.startswith("/")
        assert (await anonymous.get(path)).status_code == 200


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs chromium")
async def test_try_it_works_in_a_browser_and_nothing_comes_from_elsewhere(
    address: str, tenant: Tenant
) -> None:
    key = await tenant.key()
    asked: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(f"{address}/docs")
        await page.get_by_role("button", name="Authorize").click()
        await page.locator("#auth-bearer-value").fill(key)
        await (
            page.locator(".auth-btn-wrapper")
            .get_by_role("button", name="Apply")
            .or_(page.locator(".auth-btn-wrapper button.authorize"))
            .first.click()
        )
        await page.locator(".btn-done").first.click()
        operation = page.locator("[id$=createQrCode]")
        await operation.locator(".opblock-summary-control").click()
        await operation.get_by_role("button", name="Execute").click()
        await (
            operation.locator(".live-responses-table .response-col_status")
            .filter(has_text="201")
            .wait_for(timeout=10_000)
        )
        await browser.close()
    assert errors == []
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(address).netloc}


async def test_the_explorer_sends_the_key_where_it_may_help(anonymous: httpx.AsyncClient) -> None:
    """Images are for anybody with a signed address, and for whoever has a key."""
    paths = (await anonymous.get("/openapi.json")).json()["paths"]
    image = paths["/v1/qr-codes/{id}/image"]["get"]["security"]
    assert image == [{"apiKey": []}, {"session": []}, {}]
    assert paths["/v1/session"]["post"]["security"] == []


async def test_what_heeds_if_match_says_so(anonymous: httpx.AsyncClient) -> None:
    paths = (await anonymous.get("/openapi.json")).json()["paths"]
    for each in (each for path in paths.values() for each in path.values()):
        names = [parameter["name"] for parameter in each["parameters"]]
        assert ("If-Match" in names) == ("412" in each["responses"])
