"""Pictures that codes are to show are fetched before the transaction, which waits for no host."""

from collections.abc import Iterable

from qz_api.codes.schemas import Drawn
from qz_api.http.call import Call
from qz_api.images.pictures.service import bring


async def fetch_pictures(call: Call, drafts: Iterable[Drawn | None]) -> None:
    """What can't be had is told when the draft is read, with all else that is wrong with it."""
    styles = [draft.style for draft in drafts if draft is not None and draft.style]
    if styles:
        await bring(call.deps, call.principal, styles)
