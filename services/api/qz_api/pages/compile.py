"""Pages as the edge serves them: self-contained HTML, made when a page is written.

Templates escape whatever is put into them; there is no script, no style attribute and no address
but those of the page's own buttons and files below `<base href>`. What a colour or a font puts
into the one `<style>` is checked against a pattern or a list before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from qz_api.pages.blocks.base import Picture, Scene
from qz_api.pages.offers import OFFERS
from qz_api.pages.offers.base import Press
from qz_api.pages.schemas import Document
from qz_api.pages.theme import Theme, theme_css
from qz_api.pages.words import LANGUAGES, direction, words_of
from qz_common.records import PAGE_BASE, PageAction, PageFile
from qz_render import Content

COMPILER = 3
"""Goes up when templates or texts change; pages of an older one are compiled again."""


@dataclass(frozen=True, slots=True)
class Compiled:
    html: dict[str, str]
    """By language tag; the first one is for everybody else."""
    files: tuple[PageFile, ...] = ()
    actions: tuple[PageAction, ...] = ()


def compile_offer(content: Content, raw: Mapping[str, Any]) -> Compiled:
    """Raises UrlRefused for an address that a phone would not take."""
    build, template = OFFERS[content.kind], environment().get_template("offer.html")
    offers = {tag: build(content, words_of(tag), raw) for tag in LANGUAGES}
    html = {
        tag: template.render(
            frame(tag, offer.title, theme_css(Theme()) + style("base.css")), offer=offer
        )
        for tag, offer in offers.items()
    }
    return Compiled(html, *pressed(offers[LANGUAGES[0]].all_presses()))


def compile_landing(document: Document, pictures: Mapping[str, Picture]) -> Compiled:
    """Addresses went through the gate before, and every picture is there."""
    theme, first = document.theme, document.languages[0]
    parts = [theme_css(theme), style("base.css"), style("landing.css")]
    css = "\n".join([*parts, style("center.css")] if theme.align == "center" else parts)
    template = environment().get_template("landing.html")
    html, presses = {}, []
    for tag in document.languages:
        scene = Scene(language=tag, default=first, words=words_of(tag), pictures=pictures)
        html[tag] = template.render(
            frame(tag, scene.text(document.title), css),
            subtitle=scene.text(document.subtitle),
            blocks=[(block.type, block.view(scene)) for block in document.blocks],
        )
        presses = scene.presses
    return Compiled(html, *pressed(presses))


def frame(tag: str, title: str, css: str) -> dict[str, Any]:
    """What layout.html needs."""
    return {
        "language": tag,
        "direction": direction(tag),
        "base": PAGE_BASE,
        "title": title,
        "style": Markup(css),
    }


def pressed(presses: Iterable[Press]) -> tuple[tuple[PageFile, ...], tuple[PageAction, ...]]:
    found = list(presses)
    kept = {press.file.name: press.file for press in found if press.file}
    actions = {press.action.id: press.action for press in found if press.action}
    return tuple(kept.values()), tuple(actions.values())


@cache
def style(name: str) -> str:
    return files("qz_api.pages").joinpath("templates", name).read_text("utf-8").strip()


@cache
def environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("qz_api.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
