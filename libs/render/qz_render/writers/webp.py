"""WebP, lossless: the pixels of the PNG in fewer bytes."""

import io

from PIL import Image as Pillow

from qz_render.raster import draw
from qz_render.scene import Scene
from qz_render.writers.target import Target

# libwebp's method and effort. Large canvases take the quick way: seconds count more than bytes.
_THOROUGH, _QUICK = (2, 20), (0, 20)
_LARGE_PIXELS = 1024 * 1024


def write_webp(scene: Scene, target: Target) -> bytes:
    pixels = draw(scene, target.view)
    large = pixels.shape[0] * pixels.shape[1] > _LARGE_PIXELS
    method, effort = _QUICK if large else _THOROUGH
    out = io.BytesIO()
    image = Pillow.fromarray(pixels)
    image.save(out, "WEBP", lossless=True, method=method, quality=effort, exact=True)
    return out.getvalue()
