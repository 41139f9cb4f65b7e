"""Which copies of ours the pictures in styles are: foreign ones by address, our own by id.

Whoever writes a style asks in the transaction that writes it. A copy that was found can't be
deleted before that transaction ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from qz_api.connection import Connection, Row
from qz_api.images.looks import ROLES, StyleJson, picture_ids, unpinned
from qz_api.images.pictures import store
from qz_common.errors import FieldError
from qz_common.ids import show_id


@dataclass(frozen=True, slots=True)
class Copies:
    ids: frozenset[UUID] = frozenset()
    sources: Mapping[str, Row] = field(default_factory=dict)
    """What came of each foreign address that was tried."""

    def pin(self, style: StyleJson, pointer: str) -> tuple[dict[str, Any], list[FieldError]]:
        """The style with a copy named for each foreign picture, and what is wrong with it."""
        pinned = dict(style)
        errors = [
            FieldError(f"{pointer}/{ROLES[role][1]}", "unknown_picture", "there is no such picture")
            for role, id in picture_ids(style).items()
            if id not in self.ids
        ]
        for role, name, url in unpinned(style):
            row = self.sources.get(url)
            if row is not None and row["picture_id"] in self.ids:
                pinned[ROLES[role][1]] = show_id("pic", row["picture_id"])
            else:
                errors.append(_not_fetched(f"{pointer}/{name}", row))
        return pinned, errors


async def copies_of(
    conn: Connection, workspace: UUID, mode: str, styles: Iterable[StyleJson]
) -> Copies:
    """For all styles of a command at once; styles without pictures ask nothing."""
    styles = list(styles)
    urls = {url for style in styles for _, _, url in unpinned(style)}
    rows = await store.sources(conn, workspace, mode, urls) if urls else []
    wanted = {id for style in styles for id in picture_ids(style).values()}
    wanted |= {row["picture_id"] for row in rows if row["picture_id"]}
    found = await store.hold(conn, workspace, mode, wanted) if wanted else set()
    return Copies(frozenset(found), {row["url"]: row for row in rows})


def _not_fetched(pointer: str, tried: Row | None) -> FieldError:
    if tried is None or not tried["failure"]:
        return FieldError(pointer, "picture_not_fetched", "it was not fetched")
    return FieldError(pointer, tried["code"], tried["failure"])
