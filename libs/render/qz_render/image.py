"""From content, style, format and size to a finished image, checked before it is handed out."""

import hashlib
import json
from dataclasses import dataclass, is_dataclass, replace

from qz_render.compose import Drawing, compose
from qz_render.content import Content
from qz_render.errors import Invalid, Problem, TooLong, Unscannable
from qz_render.fields import invalid
from qz_render.formats import FORMATS
from qz_render.legibility import Legibility, assess, print_findings
from qz_render.matrix import encode
from qz_render.pictures import Picture
from qz_render.readback import reads_back
from qz_render.remedy import remedies
from qz_render.scene import fit
from qz_render.size import Size, parse_size
from qz_render.style import Style
from qz_render.writers.target import Press, Target

# Part of every fingerprint: raise it when the same request draws other bytes.
DRAWING_VERSION = 1


@dataclass(frozen=True, slots=True)
class Image:
    """A finished image; `digest` is the SHA-256 of its bytes, good as a strong ETag."""

    data: bytes
    format: str
    media_type: str
    extension: str
    width: int
    height: int
    digest: str
    version: int
    error_correction: str
    module_pixels: int
    module_mm: float | None
    contrast: float
    warnings: tuple[Problem, ...]


def render(
    content: Content | str | bytes,
    style: Style | None = None,
    format: str = "png",
    size: Size | int = 512,
    *,
    press: Press | None = None,
) -> Image:
    """Draw a code. Raises Invalid, TooLong or Unscannable (all are RenderError)."""
    chosen = FORMATS.get(format)
    if chosen is None:
        invalid("unknown_format", f"must be one of: {', '.join(FORMATS)}", "/format")
    wanted = size if isinstance(size, Size) else parse_size(size)
    drawing, target, legible = prove(content, style or Style(), wanted, press)
    data = chosen.write(drawing.scene, target)
    return Image(
        data=data,
        format=format,
        media_type=chosen.media_type,
        extension=chosen.extension,
        width=target.view.width,
        height=target.view.height,
        digest=hashlib.sha256(data).hexdigest(),
        version=drawing.matrix.version,
        error_correction=drawing.matrix.level,
        module_pixels=target.view.scale,
        module_mm=target.module_mm,
        contrast=legible.contrast,
        warnings=legible.warnings,
    )


def prove(
    content: Content | str | bytes, style: Style, size: Size, press: Press | None
) -> tuple[Drawing, Target, Legibility]:
    """A drawing that is known to read, and the canvas it goes on."""
    payload = payload_of(content)
    drawing = draw_code(payload, style)
    target = target_for(drawing, size, press)
    return drawing, target, _proven(drawing, payload, target)


def payload_of(content: Content | str | bytes) -> bytes:
    """The exact bytes a scanner gets."""
    if isinstance(content, bytes):
        payload = content
    else:
        text = content if isinstance(content, str) else content.payload()
        payload = text.encode("utf-8")
    if not payload:
        raise Invalid([Problem("required", "there is nothing to encode", "/content")])
    return payload


def draw_code(payload: bytes, style: Style) -> Drawing:
    """The drawing of a payload; a picture the style names must have been attached."""
    missing = []
    if style.logo and style.logo.picture is None:
        missing.append(Problem("picture_missing", "the logo was not fetched", "/style/logo_url"))
    if style.background_url and style.background_picture is None:
        pointer = "/style/background_image_url"
        missing.append(Problem("picture_missing", "the background was not fetched", pointer))
    if missing:
        raise Invalid(missing)
    return compose(encode(payload, style.level), style)


def fingerprint(
    content: Content | str | bytes,
    style: Style | None = None,
    format: str = "png",
    size: Size | int = 512,
    *,
    press: Press | None = None,
) -> str:
    """A hash of the request: equal requests have equal images. Cheap; nothing is drawn."""
    wanted = size if isinstance(size, Size) else parse_size(size)
    parts = {
        "drawing": DRAWING_VERSION,
        "payload": payload_of(content).hex(),
        "style": _plain(style or Style()),
        "format": format,
        "size": _plain(wanted),
        "press": _plain(press or Press()),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    """A frozen value as JSON; a picture stands for itself by its digest."""
    if isinstance(value, Picture):
        return value.digest
    if is_dataclass(value):
        return {
            name: _plain(getattr(value, name)) for name in sorted(value.__dataclass_fields__)
        } | {"type": type(value).__name__}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def target_for(drawing: Drawing, size: Size, press: Press | None) -> Target:
    """The canvas: at least one pixel a module, or the symbol does not fit."""
    scene = drawing.scene
    if size.pixels < scene.width:
        message = f"{size.pixels} px is too small: this code needs at least {scene.width} px"
        raise TooLong([Problem("size_too_small", message, "/size")])
    return Target(fit(scene, size.pixels), size, press or Press())


def _proven(drawing: Drawing, payload: bytes, target: Target) -> Legibility:
    """Refuse what can't be read: by measure first, then by reading it back."""
    legible = assess(drawing)
    printed = print_findings(target.module_mm)
    refusals = [*legible.refusals, *(p for refused, p in printed if refused)]
    if refusals:
        raise Unscannable(refusals)
    style = drawing.style
    if not style.is_plain and not reads_back(drawing, payload, target.view.scale):
        raise Unscannable(remedies(payload, style, target.view.scale))
    warnings = (*legible.warnings, *(problem for _, problem in printed))
    return replace(legible, warnings=warnings)
