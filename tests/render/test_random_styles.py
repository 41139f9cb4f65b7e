"""Any valid style either reads back through a foreign reader or was refused."""

import random
import sys
from collections import Counter

import pytest

from qz_render import (
    BALL_NAMES,
    EYE_FRAMES,
    FRAMES,
    MODULE_SHAPES,
    RenderError,
    Unscannable,
    parse_style,
    render,
)
from tests.render.rasters import decoded, rasterised
from tests.render.samples import background_picture, logo_picture


def color(chance: random.Random, low: int = 0, high: int = 255) -> str:
    text = "#" + "".join(f"{chance.randint(low, high):02x}" for _ in range(3))
    return text + (f"{chance.randint(120, 255):02x}" if chance.random() < 0.15 else "")


def ink(chance: random.Random, low: int, high: int) -> object:
    if chance.random() < 0.6:
        return color(chance, low, high)
    stops = [{"color": color(chance, low, high)} for _ in range(chance.randint(2, 4))]
    kind = chance.choice(("linear", "radial"))
    return {"type": kind, "angle": chance.randint(-360, 360), "stops": stops}


def random_style(chance: random.Random) -> dict[str, object]:
    """Mostly dark on light, as people choose; one in five anything at all."""
    wild = chance.random() < 0.2
    dark, light = ((0, 255), (0, 255)) if wild else ((0, 110), (190, 255))
    style: dict[str, object] = {
        "foreground": ink(chance, *dark),
        "background": "transparent" if chance.random() < 0.1 else color(chance, *light),
        "modules": chance.choice(list(MODULE_SHAPES)),
        "eye_frame": chance.choice(["auto", *EYE_FRAMES]),
        "eye_ball": chance.choice(["auto", *BALL_NAMES]),
        "quiet_zone": chance.choice([0, 1, 2, 3, 4, 4, 4, 6]),
        "frame": chance.choice(["none", *FRAMES]),
        "frame_text": chance.choice(["", "Scan me", "Сканируй", "扫一扫"]),
        "error_correction": chance.choice(["auto", "auto", "L", "M", "Q", "H"]),
    }
    for name in ("eye_frame_color", "eye_ball_color"):
        if chance.random() < 0.3:
            style[name] = ink(chance, *dark)
    if chance.random() < 0.3:
        style["logo_url"] = "https://example.com/l.png"
        style["logo_size"] = round(chance.uniform(0.05, 0.4), 2)
        style["logo_margin"] = chance.choice([0, 0.5, 1, 2])
        style["logo_clear"] = chance.random() < 0.8
    if chance.random() < 0.1:
        style["background_image_url"] = "https://example.com/b.png"
    return style


def outcome(chance: random.Random) -> str:
    """Draw one style and read it with all of the foreign reader's help switched off or on."""
    data = random_style(chance)
    parsed = parse_style(data)
    style = parsed.with_pictures(
        logo=logo_picture() if parsed.logo else None,
        background=background_picture() if parsed.background_url else None,
    )
    payload = "https://example.com/" + "x" * chance.randint(0, 150)
    format = chance.choice(("png", "png", "webp", "svg", "pdf"))
    try:
        image = render(payload, style, format, chance.randint(200, 700))
    except Unscannable as refused:
        return f"refused: {refused.problems[0].code}"
    except RenderError as refused:
        return f"refused: {refused.code}"
    pixels = rasterised(image.data, format)
    assert decoded(pixels) == payload.encode(), (format, image.width, payload, data)
    return "read"


def tally(count: int, seed: int) -> Counter[str]:
    chance = random.Random(seed)
    found = Counter(outcome(chance) for _ in range(count))
    assert found.total() == count
    return found


def test_150_random_styles_read_or_were_refused() -> None:
    assert tally(150, seed=1)["read"] >= 50


@pytest.mark.slow
def test_1000_random_styles_read_or_were_refused(capsys: pytest.CaptureFixture[str]) -> None:
    found = tally(1000, seed=2)
    share = 1 - found["read"] / found.total()
    with capsys.disabled():
        sys.stdout.write(f"\nrefused {share:.1%} of 1000: {dict(found.most_common())}\n")
    assert found["read"] >= 300
