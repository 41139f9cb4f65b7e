"""A place on the map, in the map that a visitor likes: which phone it is nobody asks."""

from qz_api.pages.offers.base import Fact, Offer, Raw, Words, button
from qz_common.urls import geo, map_point
from qz_render.content.geo import Geo

MAPS = (("google", "Google Maps"), ("apple", "Apple Maps"), ("osm", "OpenStreetMap"))


def offer(content: Geo, words: Words, _: Raw) -> Offer:
    own = words["geo"]
    point = (content.latitude, content.longitude)
    maps = [
        button(own["open"].format(map=name), f"map-{provider}", map_point(*point, provider))
        for provider, name in MAPS
    ]
    coordinates = geo(*point).removeprefix("geo:").replace(",", ", ")
    return Offer(
        sign="place",
        title=content.label or own["title"],
        lead=own["lead"],
        presses=(*maps, button(own["other"], "map", geo(*point))),
        facts=(Fact(own["coordinates"], coordinates, copied=True),),
        hint=words["copy"],
    )
