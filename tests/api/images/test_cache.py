"""Images on disk: bounded, whole, shared, and never in the way of an answer."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from qz_api.app import create_app
from qz_api.deps import Deps, open_deps
from qz_api.images.cache import ImageCache
from qz_api.settings import ApiSettings
from qz_common.settings import load
from tests.api.images.conftest import make_code, said_by

KILOBYTE = 1024
KEYS = [f"{number:02x}" * 32 for number in range(64)]
WRITER = """
import sys
from pathlib import Path
from qz_api.images.cache import ImageCache
cache = ImageCache(Path(sys.argv[1]), 64 * 1024)
for turn in range(400):
    key = f"{turn % 40:02x}" * 32
    cache.put(key, key.encode() * 20)
    found = cache.get(key)
    assert found in (None, key.encode() * 20), found
"""
SMALL_DISK = """
import resource, sys
from pathlib import Path
from qz_api.images.cache import ImageCache
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    ImageCache(Path(sys.argv[1]), 1 << 20).put("ab" * 32, b"x" * 1000)
except OSError as error:
    print(error.errno, len(list(Path(sys.argv[1]).glob("*/*"))))
"""


def files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*/*") if path.is_file()]


def age(folder: Path, key: str, seconds: int) -> None:
    path = folder / key[:2] / key
    moment = path.stat().st_mtime - seconds
    os.utime(path, (moment, moment))


def test_what_was_put_is_got(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path, 1 << 20)
    assert cache.get(KEYS[0]) is None
    cache.put(KEYS[0], b"an image")
    assert cache.get(KEYS[0]) == b"an image"
    assert ImageCache(tmp_path, 1 << 20).get(KEYS[0]) == b"an image"


def test_the_least_recently_used_go_first_and_the_room_is_kept(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path, 100 * KILOBYTE)
    for index, key in enumerate(KEYS[:10]):
        cache.put(key, b"x" * 9 * KILOBYTE)
        age(tmp_path, key, 1000 - index)
    assert cache.get(KEYS[0])
    for key in KEYS[10:14]:
        cache.put(key, b"x" * 9 * KILOBYTE)
    assert cache.get(KEYS[0]), "it was used a moment ago"
    assert cache.get(KEYS[1]) is None
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 105 * KILOBYTE


def test_one_image_never_takes_all_the_room(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path, 100 * KILOBYTE)
    cache.put(KEYS[0], b"x" * 11 * KILOBYTE)
    assert files(tmp_path) == []


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 200])
def test_a_file_that_a_crash_left_behind_is_a_miss(damage: bytes, tmp_path: Path) -> None:
    cache = ImageCache(tmp_path, 1 << 20)
    cache.put(KEYS[0], b"an image")
    (path,) = files(tmp_path)
    path.write_bytes(damage)
    assert cache.get(KEYS[0]) is None
    cache.put(KEYS[0], b"an image")
    assert cache.get(KEYS[0]) == b"an image"


def test_processes_share_a_folder(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert not [path for path in files(tmp_path) if path.suffix]


def test_a_disk_that_takes_no_more_keeps_no_part(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(tmp_path)], capture_output=True, text=True
    )
    assert done.stdout.split() == ["27", "0"], done.stderr


async def test_an_image_is_drawn_once_and_then_found(
    api: httpx.AsyncClient, deps: Deps, tmp_path: Path
) -> None:
    path = f"/v1/qr-codes/{await make_code(api)}/image"
    first = await api.get(path)
    second = await api.get(path)
    assert first.content == second.content
    assert len(files(tmp_path / "images")) == 1
    found = deps.metrics.registry.get_sample_value(
        "quietzone_api_image_cache_total", {"outcome": "hit"}
    )
    drawn = deps.metrics.registry.get_sample_value(
        "quietzone_api_render_seconds_count", {"task": "Draw"}
    )
    assert (found, drawn) == (1, 1)


async def test_without_a_disk_images_are_still_served(
    api_environment: dict[str, str], api: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "no-folder").write_text("a file stands where the folder should be")
    environment = {
        **api_environment,
        "IMAGE_CACHE_DIR": str(tmp_path / "no-folder"),
        "PUBLIC_IMAGES": "true",
    }
    id = await make_code(api, slug="no-disk")
    async with open_deps(load(ApiSettings, environment)) as deps:
        transport = httpx.ASGITransport(app=create_app(deps))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as anybody:
            answer = await anybody.get(f"/v1/qr-codes/{id}/image")
        errors = deps.metrics.registry.get_sample_value("quietzone_api_image_cache_errors_total")
    assert said_by(answer.content) == "HTTPS://QZ.EXAMPLE/NO-DISK"
    assert errors
