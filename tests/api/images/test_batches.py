"""Sheets, pages and archives of stored codes."""

import csv
import io
import zipfile

import httpx
import pytest

from tests.api.conftest import MakeTenant
from tests.api.images.conftest import make_code, said_by


async def codes(api: httpx.AsyncClient, count: int) -> list[str]:
    return [
        await make_code(api, slug=f"table-{number}", name=f"Table {number}")
        for number in range(count)
    ]


async def test_an_archive_has_every_image_and_a_manifest(api: httpx.AsyncClient) -> None:
    ids = await codes(api, 3)
    answer = await api.post("/v1/qr-codes/archive", json={"code_ids": ids, "size": 200})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["Table 0", "Table 1", "Table 2"]
    for number, row in enumerate(rows):
        said = f"HTTPS://QZ.EXAMPLE/TABLE-{number}"
        assert row["payload"] == said_by(archive.read(row["file"])) == said


async def test_an_archive_names_what_it_could_not_draw(api: httpx.AsyncClient) -> None:
    good = await make_code(api)
    small = {"kind": "text", "text": "x" * 900}
    bad = await make_code(api, type="static", content=small, name="=Long")
    answer = await api.post("/v1/qr-codes/archive", json={"code_ids": [good, bad], "size": 64})
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert len(archive.namelist()) == 2
    manifest = archive.read("manifest.csv").decode("utf-8-sig")
    assert "'=Long" in manifest
    assert "too small" in manifest


async def test_a_sheet_has_a_label_for_each_code(api: httpx.AsyncClient) -> None:
    ids = await codes(api, 2)
    body = {"code_ids": [*ids, ids[0]], "template": "a4-3x7", "skip": 20}
    answer = await api.post("/v1/render/sheet", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.count(b"/Type /Page\n") + answer.content.count(b"/Type /Page ") == 2


async def test_pages_are_one_for_each_code(api: httpx.AsyncClient) -> None:
    ids = await codes(api, 3)
    body = {"code_ids": ids, "size": {"mm": 40}, "press": {"cmyk": True}}
    answer = await api.post("/v1/render/pages", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.content.count(b"/Type /Page\n") + answer.content.count(b"/Type /Page ") == 3


async def test_a_document_names_every_code_that_it_can_not_hold(api: httpx.AsyncClient) -> None:
    good = await make_code(api)
    long = {"kind": "text", "text": "x" * 1500}
    bad = await make_code(api, type="static", content=long)
    body = {"code_ids": [good, bad], "size": {"mm": 10, "dpi": 300}}
    answer = await api.post("/v1/render/pages", json=body)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/code_ids/1"]


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        ("/v1/render/sheet", {"template": "a4-3x7"}),
        ("/v1/render/pages", {}),
        ("/v1/qr-codes/archive", {}),
    ],
)
async def test_codes_of_others_are_absent(
    path: str, extra: dict[str, str], api: httpx.AsyncClient, make_tenant: MakeTenant
) -> None:
    own, theirs = await make_code(api), await make_code(await (await make_tenant()).client())
    for ids, wrong in (([own, theirs], 1), (["qr_x", own], 0), (["sty_x"], 0)):
        answer = await api.post(path, json={"code_ids": ids, **extra})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/code_ids/{wrong}"]
    for wanted in ([], [own] * 501, own, None):
        refused = await api.post(path, json={"code_ids": wanted, **extra})
        assert refused.status_code == 422


async def test_a_sheet_nobody_makes_is_named(api: httpx.AsyncClient) -> None:
    id = await make_code(api)
    for body, pointer in (
        ({"template": "a0"}, "/template"),
        ({"template": "a4-3x7", "skip": 21}, "/skip"),
        ({"template": "a4-3x7", "press": {"bleed_mm": -1}}, "/press/bleed_mm"),
    ):
        answer = await api.post("/v1/render/sheet", json={"code_ids": [id], **body})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_batch_counts_as_its_codes(make_tenant: MakeTenant) -> None:
    api = await (await make_tenant(requests_per_minute=20)).client()
    ids = [await make_code(api)] * 30
    answer = await api.post("/v1/qr-codes/archive", json={"code_ids": ids})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
