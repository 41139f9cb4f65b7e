"""Rendering against qrcode + Pillow and segno, interleaved in one run: promise P10.

Every image has a URL of its own. Processor time is counted: a busy machine disturbs it least.
Run: python -m tests.bench.render_bench [seconds]
"""

import io
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import qrcode
import qrcode.image.svg
import segno

from qz_render import Style, parse_style, render
from tests.render.samples import logo_picture

PIXELS = 512
URL = "https://qz.example/campaign/{:016d}"
Draw = Callable[[str], bytes]


@dataclass(slots=True)
class Lane:
    name: str
    draw: Draw
    images: int = 0
    seconds: float = 0.0
    size: int = 0

    @property
    def rate(self) -> float:
        return self.images / self.seconds

    def turn(self, first: int, count: int) -> None:
        started = time.process_time()
        for index in range(first, first + count):
            self.size = len(self.draw(URL.format(index)))
        self.seconds += time.process_time() - started
        self.images += count


def qrcode_png(url: str) -> bytes:
    code = qrcode.QRCode(box_size=12, border=4)
    code.add_data(url)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()


def qrcode_svg(url: str) -> bytes:
    code = qrcode.QRCode(border=4)
    code.add_data(url)
    return bytes(code.make_image(image_factory=qrcode.image.svg.SvgPathImage).to_string())


def segno_png(url: str) -> bytes:
    out = io.BytesIO()
    segno.make(url, micro=False).save(out, kind="png", scale=12)
    return out.getvalue()


def segno_svg(url: str) -> bytes:
    out = io.BytesIO()
    segno.make(url, micro=False).save(out, kind="svg", scale=12)
    return out.getvalue()


def ours(style: Style, format: str) -> Draw:
    return lambda url: render(url, style, format, PIXELS).data


def lanes() -> list[Lane]:
    sunset = {"type": "linear", "angle": 45, "stops": [{"color": "#7c2d12"}, {"color": "#1e3a8a"}]}
    rounded = parse_style({"modules": "rounded", "foreground": "#111827", "eye_ball": "dot"})
    logo = parse_style({"modules": "dots", "foreground": sunset, "frame": "scan-me-bottom"})
    logo = logo.with_pictures(logo=logo_picture())
    return [
        Lane("qrcode png", qrcode_png),
        Lane("segno png", segno_png),
        Lane("quietzone png", ours(Style(), "png")),
        Lane("qrcode svg", qrcode_svg),
        Lane("segno svg", segno_svg),
        Lane("quietzone svg", ours(Style(), "svg")),
        Lane("quietzone styled png, read back", ours(rounded, "png")),
        Lane("quietzone gradient + logo + frame png, read back", ours(logo, "png")),
    ]


# Ours, theirs, the least ratio promised.
PROMISES = [
    ("quietzone png", "qrcode png", 5.0),
    ("quietzone png", "segno png", 5.0),
    ("quietzone svg", "qrcode svg", 4.0),
    ("quietzone svg", "segno svg", 4.0),
    ("quietzone styled png, read back", "qrcode png", 0.5),
    ("quietzone gradient + logo + frame png, read back", "qrcode png", 0.5),
]


def main(seconds: float) -> int:
    entrants = lanes()
    for lane in entrants:
        lane.draw(URL.format(0))
    index, deadline = 1, time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        for lane in entrants:
            lane.turn(index, 10)
        index += 10
    for lane in entrants:
        print(f"{lane.rate:9.0f}/s {lane.size:8,d} bytes  {lane.name}")
    return _promises({lane.name: lane.rate for lane in entrants})


def _promises(rates: dict[str, float]) -> int:
    missed = 0
    for mine, theirs, least in PROMISES:
        ratio = rates[mine] / rates[theirs]
        missed += ratio < least
        verdict = "met" if ratio >= least else "MISSED"
        print(f"{ratio:6.2f}x of {theirs:10} (promised {least:g}x, {verdict})  {mine}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))
