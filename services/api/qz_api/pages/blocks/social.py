"""Where somebody is found: each link must lead to the network that its name promises."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from qz_api.http.schema import In
from qz_api.pages.blocks.base import Block, Scene, Url
from qz_common.urls import UrlRefused, admit

NETWORKS: dict[str, tuple[str, frozenset[str]]] = {
    "bluesky": ("Bluesky", frozenset({"bsky.app"})),
    "discord": ("Discord", frozenset({"discord.gg", "discord.com"})),
    "facebook": ("Facebook", frozenset({"facebook.com", "fb.com", "fb.me"})),
    "github": ("GitHub", frozenset({"github.com"})),
    "instagram": ("Instagram", frozenset({"instagram.com"})),
    "linkedin": ("LinkedIn", frozenset({"linkedin.com"})),
    "mastodon": ("Mastodon", frozenset()),
    "pinterest": ("Pinterest", frozenset({"pinterest.com", "pin.it"})),
    "soundcloud": ("SoundCloud", frozenset({"soundcloud.com"})),
    "spotify": ("Spotify", frozenset({"open.spotify.com"})),
    "telegram": ("Telegram", frozenset({"t.me"})),
    "threads": ("Threads", frozenset({"threads.net", "threads.com"})),
    "tiktok": ("TikTok", frozenset({"tiktok.com"})),
    "tripadvisor": ("Tripadvisor", frozenset({"tripadvisor.com"})),
    "x": ("X", frozenset({"x.com", "twitter.com"})),
    "youtube": ("YouTube", frozenset({"youtube.com", "youtu.be"})),
}
"""Name, and the domains that belong to it; none where everybody may run one."""


class SocialLink(In):
    network: Literal[
        "bluesky", "discord", "facebook", "github", "instagram", "linkedin", "mastodon",
        "pinterest", "soundcloud", "spotify", "telegram", "threads", "tiktok", "tripadvisor",
        "x", "youtube",
    ]  # fmt: skip
    url: Url

    @model_validator(mode="after")
    def _leads_there(self) -> Self:
        name, domains = NETWORKS[self.network]
        try:
            host = admit(self.url).host
        except UrlRefused:
            return self  # said better when the whole page goes through the gate
        parents = host.split(".")
        names = {".".join(parents[start:]) for start in range(len(parents))}
        if domains and domains.isdisjoint(names):
            raise PydanticCustomError("wrong_network", "does not lead to {name}", {"name": name})
        return self


class Social(Block):
    type: Literal["social"]
    links: Annotated[list[SocialLink], Field(min_length=1, max_length=20)]

    def view(self, scene: Scene) -> Mapping[str, Any]:
        presses = [
            scene.visit(f"{self.id}-{number}", link.url, NETWORKS[link.network][0])
            for number, link in enumerate(self.links, 1)
        ]
        return {"presses": presses}
