"""PDF: vector throughout, RGB or CMYK, with bleed and crop marks for a printer."""

from dataclasses import replace

from qz_render.scene import Placed, Scene
from qz_render.writers.pdf.document import Document, PageBoxes
from qz_render.writers.pdf.inks import Inks
from qz_render.writers.pdf.page import Page
from qz_render.writers.target import POINTS_PER_MM, Press, Target

_MARK_LENGTH_MM, _MARK_GAP_MM, _MARK_WIDTH_PT = 4.0, 1.5, 0.25


def write_pdf(scene: Scene, target: Target) -> bytes:
    document = Document()
    add_code_page(document, scene, target)
    return document.finish()


def add_code_page(document: Document, scene: Scene, target: Target) -> None:
    """One code on a page of its own size, plus bleed and room for marks."""
    press, unit = target.press, target.points_per_unit
    width, height = target.view.width * unit, target.view.height * unit
    bleed = press.bleed_mm * POINTS_PER_MM
    trim = bleed + _room_for_marks(press)
    boxes = PageBoxes(width + 2 * trim, height + 2 * trim, trim, trim - bleed)
    page = Page(document, Inks(press.cmyk))
    if scene.background.alpha:
        around = (trim - bleed, trim - bleed, width + 2 * bleed, height + 2 * bleed)
        page.rectangle(around, scene.background)
    page.scene(_bled(scene, target, bleed), target.view, trim, boxes.height - trim, unit)
    if press.crop_marks:
        page.lines(_marks(boxes, bleed), _MARK_WIDTH_PT)
    page.close(boxes)


def _room_for_marks(press: Press) -> float:
    return (_MARK_LENGTH_MM + _MARK_GAP_MM) * POINTS_PER_MM if press.crop_marks else 0.0


def _bled(scene: Scene, target: Target, bleed: float) -> Scene:
    """A background picture grows into the bleed."""
    out = bleed / target.points_per_unit / target.view.scale
    whole = (0, 0, scene.width, scene.height)
    grown = (-out, -out, scene.width + 2 * out, scene.height + 2 * out)
    nodes = (
        replace(node, box=grown) if isinstance(node, Placed) and node.box == whole else node
        for node in scene.nodes
    )
    return replace(scene, nodes=tuple(nodes))


def _marks(boxes: PageBoxes, bleed: float) -> list[tuple[float, float, float, float]]:
    """Two lines at each corner, outside the bleed, that show where to cut."""
    near = boxes.trim - bleed - _MARK_GAP_MM * POINTS_PER_MM
    far = near - _MARK_LENGTH_MM * POINTS_PER_MM
    right, top = boxes.width, boxes.height
    across = [
        (x0, y, x1, y)
        for y in (boxes.trim, top - boxes.trim)
        for x0, x1 in ((far, near), (right - near, right - far))
    ]
    upwards = [
        (x, y0, x, y1)
        for x in (boxes.trim, right - boxes.trim)
        for y0, y1 in ((far, near), (top - near, top - far))
    ]
    return across + upwards
