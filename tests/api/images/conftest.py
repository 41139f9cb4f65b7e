"""The API with a cache on disk and one drawing process, and what it hands out, read back."""

import io
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
import zxingcpp
from PIL import Image

MakeCode = Callable[..., object]


@pytest.fixture
def api_environment(api_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return {
        **api_environment,
        "RENDER_PROCESSES": "1",
        "RENDER_SECONDS": "4",
        "IMAGE_CACHE_DIR": str(tmp_path / "images"),
        "EGRESS_ALLOW_NETWORKS": "127.0.0.1/32",
    }


def said_by(data: bytes) -> str:
    """What an independent decoder reads in a raster image."""
    picture = Image.open(io.BytesIO(data)).convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    found = zxingcpp.read_barcodes(np.asarray(paper.convert("L")))
    assert len(found) == 1
    return str(found[0].text)


async def make_code(api: httpx.AsyncClient, **fields: object) -> str:
    draft = {"destination_url": "https://example.com", **fields}
    if draft.get("type") == "static":
        draft.pop("destination_url")
    answer = await api.post("/v1/qr-codes", json=draft)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
