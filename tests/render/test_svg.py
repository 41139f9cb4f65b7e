"""SVG carries no markup of the caller's and nothing that is fetched or run."""

import re
from xml.etree import ElementTree

import pytest

from qz_render import render
from tests.render.samples import STYLES, sample_style

HOSTILE = ['"/><script>x</script>', "]]></title><script>", "red;}*{", "<!--", "&lt;&amp;&#60;"]
ALLOWED = {"svg", "title", "rect", "g", "path", "defs", "stop", "image"} | {
    "linearGradient",
    "radialGradient",
}


def elements(data: bytes) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(data).iter())


@pytest.mark.parametrize("text", HOSTILE)
def test_frame_text_stays_text(text: str) -> None:
    from qz_render import parse_style

    style = parse_style({"frame": "banner", "frame_text": text})
    found = elements(render("x", style, "svg").data)
    assert {element.tag.rpartition("}")[2] for element in found} <= ALLOWED
    assert [e.text for e in found if e.tag.endswith("title")] == [text]


@pytest.mark.parametrize("name", STYLES)
def test_only_known_elements_and_no_outside_references(name: str) -> None:
    data = render("https://example.com", sample_style(name), "svg").data
    for element in elements(data):
        assert element.tag.rpartition("}")[2] in ALLOWED
        for key, value in element.attrib.items():
            assert not key.lower().startswith(("on", "style"))
            if key == "href":
                assert value.startswith("data:image/png;base64,")
            elif key == "fill":
                assert re.fullmatch(r"#[0-9a-f]{6}|url\(#g\d+\)", value)
