"""WebP, lossless: the pixels of the PNG in fewer bytes."""

import io

from PIL import Image as Pillow

from qz_render.raster import draw
from qz_render.scene import Scene
from qz_render.writers.target import Target

# Libwebp's effort from 0 to 6; above 2 the files of flat drawings hardly shrink.
_EFFORT = 2


def write_webp(scene: Scene, target: Target) -> bytes:
    pixels = draw(scene, target.view)
    out = io.BytesIO()
    Pillow.fromarray(pixels).save(out, "WEBP", lossless=True, method=_EFFORT, exact=True)
    return out.getvalue()
