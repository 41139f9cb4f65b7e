"""Why a visitor sees a preview first: flags of every place that a link may lead to.

A saved destination may become another place than it was when a link took it up.
"""

from collections.abc import Sequence
from typing import Any

from qz_api.connection import Connection, Row
from qz_api.links import neighbours
from qz_api.links.fields import places_of, targets_of
from qz_api.links.policy import flags_of
from qz_common.ids import read_id


async def reflagged(conn: Connection, links: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of one workspace and mode; `destination_url` says where an own destination leads."""
    named = {link["id"]: _named(link["rules"]) for link in links}
    wanted = {id for name in set().union(*named.values()) if (id := read_id("dst", name))}
    workspace, mode = links[0]["workspace_id"], links[0]["mode"]
    locations = await neighbours.locations(conn, workspace, mode, wanted)
    return [
        {**link, "flags": flags_of(places_of(link, locations))}
        if link["destination_id"] or named[link["id"]]
        else dict(link)
        for link in links
    ]


def _named(rules: Any) -> set[str]:
    return {target.destination_id for target in targets_of(rules) if target.destination_id}
