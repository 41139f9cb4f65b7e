"""One scan from a printed code to a chart, on real parts."""

import io

import pytest
import zxingcpp
from PIL import Image

from tests.fixtures.quietzone import Quietzone
from tests.fixtures.wait import eventually_sync

pytestmark = pytest.mark.xdist_group("e2e")


def test_new_code_redirects_at_once(quietzone: Quietzone) -> None:
    slug = quietzone.create("https://example.com/new")["link"]["slug"]
    assert quietzone.scan(slug) == "https://example.com/new"  # the very next request


def test_scan_reaches_the_chart_once(quietzone: Quietzone) -> None:
    made = quietzone.create("https://example.com/chart")
    assert quietzone.scan(made["link"]["slug"])
    eventually_sync(lambda: quietzone.scans(made["id"]) == 1, within=10)


def test_image_is_read_back_to_the_short_url(quietzone: Quietzone) -> None:
    made = quietzone.create("https://example.com/image")
    picture = quietzone.call("GET", f"/v1/qr-codes/{made['id']}/image")
    assert picture.headers["content-type"] == "image/png"
    read = zxingcpp.read_barcode(Image.open(io.BytesIO(picture.content)))
    assert read is not None
    assert read.text.lower() == made["link"]["short_url"].lower()


def test_edit_moves_the_redirect(quietzone: Quietzone) -> None:
    made = quietzone.create("https://example.com/before")
    slug = made["link"]["slug"]
    changed = {"destination_url": "https://example.com/after"}
    assert quietzone.call("PATCH", f"/v1/qr-codes/{made['id']}", changed).status_code == 200
    eventually_sync(lambda: quietzone.scan(slug) == "https://example.com/after", within=20)
