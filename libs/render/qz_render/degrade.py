"""What a camera and a print do to a symbol: each way has levels from mild to harsh."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageFilter

Gray = NDArray[np.uint8]
Way = Callable[[Gray, float, int], Gray]  # image, level, pixels a module
_PAPER = 255


def _blur(gray: Gray, modules: float, scale: int) -> Gray:
    return np.asarray(Pillow.fromarray(gray).filter(ImageFilter.GaussianBlur(modules * scale)))


def _noise(gray: Gray, deviation: float, scale: int) -> Gray:
    grain = np.random.default_rng(7).normal(0, deviation, gray.shape)
    return np.clip(gray + grain, 0, 255).astype(np.uint8)


def _low_contrast(gray: Gray, kept: float, scale: int) -> Gray:
    return (gray * kept + 128 * (1 - kept)).astype(np.uint8)


def _rotation(gray: Gray, degrees: float, scale: int) -> Gray:
    turned = Pillow.fromarray(gray).rotate(
        degrees, Pillow.Resampling.BICUBIC, expand=True, fillcolor=_PAPER
    )
    return np.asarray(turned)


def _perspective(gray: Gray, share: float, scale: int) -> Gray:
    """The upper edge seen shorter, as when looking up at a poster."""
    height, width = gray.shape
    inset = width * share
    source = [(0, 0), (width, 0), (width, height), (0, height)]
    target = [(inset, inset / 2), (width - inset, inset / 2), (width, height), (0, height)]
    image = Pillow.fromarray(gray)
    data = _homography(target, source)
    seen = image.transform(
        image.size, Pillow.Transform.PERSPECTIVE, data, Pillow.Resampling.BICUBIC, fillcolor=_PAPER
    )
    return np.asarray(seen)


def _homography(
    seen: list[tuple[float, float]], flat: list[tuple[float, float]]
) -> tuple[float, ...]:
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(np.linalg.solve(np.array(rows, float), np.array(values, float)).tolist())


def _cover(gray: Gray, share: float, scale: int) -> Gray:
    """A blot of this share of the area, off the eyes."""
    height, width = gray.shape
    side = int((height * width * share) ** 0.5)
    covered = gray.copy()
    y, x = int(height * 0.62) - side // 2, int(width * 0.62) - side // 2
    covered[y : y + side, x : x + side] = 128
    return covered


def _small(gray: Gray, pixels: float, scale: int) -> Gray:
    """Few camera pixels a module."""
    height, width = gray.shape
    size = (max(1, round(width * pixels / scale)), max(1, round(height * pixels / scale)))
    return np.asarray(Pillow.fromarray(gray).resize(size, Pillow.Resampling.BOX))


WAYS: dict[str, tuple[Way, tuple[float, ...]]] = {
    "blur": (_blur, (0.2, 0.35, 0.5)),
    "noise": (_noise, (15, 30, 50)),
    "low_contrast": (_low_contrast, (0.5, 0.3, 0.15)),
    "rotation": (_rotation, (10, 30, 45)),
    "perspective": (_perspective, (0.05, 0.1, 0.18)),
    "cover": (_cover, (0.02, 0.05, 0.1)),
    "small": (_small, (4, 3, 2)),
}
