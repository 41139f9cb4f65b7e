"""Writes the goldens anew: `python -m tests.render.make_goldens`; look before a commit."""

from pathlib import Path

from qz_render import parse_content, payload_of, render
from tests.render.samples import CONTENTS, STYLES, sample_style

GOLDENS = Path(__file__).parent / "goldens"
PAYLOAD = "https://example.com/golden"
PIXELS = 240


def write() -> None:
    for kind, data in CONTENTS.items():
        (GOLDENS / "content" / f"{kind}.txt").write_bytes(payload_of(parse_content(data)))
    for name in STYLES:
        image = render(PAYLOAD, sample_style(name), "png", PIXELS)
        (GOLDENS / "styles" / f"{name}.png").write_bytes(image.data)


if __name__ == "__main__":
    write()
