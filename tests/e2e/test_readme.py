"""The README's five minutes, typed as they stand there."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.fixtures.quietzone import Quietzone
from tests.fixtures.wait import eventually_sync

pytestmark = pytest.mark.xdist_group("e2e")
README = (Path(__file__).parents[2] / "README.md").read_text()
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_the_commands_of_the_readme_lead_to_the_first_scan(
    quietzone: Quietzone, tmp_path: Path
) -> None:
    (tmp_path / ".quietzone").symlink_to(quietzone.run.data)
    typed = next(block for block in SHELL.findall(README) if "KEY=" in block)
    for printed, real in (("8700", "api_url"), ("8701", "edge_url")):
        typed = typed.replace(f"http://127.0.0.1:{printed}", quietzone.told[real])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", typed], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "302" in done.stdout.splitlines()[0]
    read = zxingcpp.read_barcode(Image.open(tmp_path / "hello.png"))
    assert read is not None
    assert read.text == f"{quietzone.told['edge_url']}/hello".upper()
    made = json.loads((tmp_path / "code.json").read_text())
    eventually_sync(lambda: quietzone.scans(made["id"]) == 1)
    eventually_sync(lambda: quietzone.scan("hello") == "https://example.com/new")
