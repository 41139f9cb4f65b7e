"""A network to join. No browser may join one by itself, so the page makes typing needless."""

from qz_api.pages.offers.base import Fact, Offer, Raw, Steps, Words
from qz_render.content.wifi import Wifi


def offer(content: Wifi, words: Words, _: Raw) -> Offer:
    own = words["wifi"]
    facts = [Fact(own["name"], content.ssid, copied=True)]
    if content.password:
        facts.append(Fact(own["password"], content.password, copied=True, large=True))
    is_open = content.security == "open"
    facts.append(Fact(own["security"], own["open"] if is_open else content.security))
    return Offer(
        sign="wifi",
        title=content.ssid,
        lead=own["hidden"] if content.hidden else own["lead"],
        facts=tuple(facts),
        steps=tuple(
            Steps(own[system], _lines(content, own[f"{system}_steps"], own))
            for system in ("ios", "android")
        ),
    )


def _lines(content: Wifi, steps: Words, own: Words) -> tuple[str, ...]:
    choose = "choose_hidden" if content.hidden else "choose"
    lines = [steps["open"], steps[choose].format(name=content.ssid)]
    return (own["copy"], *lines, own["paste"]) if content.password else tuple(lines)
