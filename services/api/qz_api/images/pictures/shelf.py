"""Copies of pictures that were asked for lately, in memory: they never change."""

from collections import OrderedDict
from uuid import UUID

from qz_api.images.looks import KeptPicture

MOST_BYTES = 32 << 20
Place = tuple[UUID, str, UUID]
"""Workspace, mode and id: nobody reaches what is not theirs."""


class Shelf:
    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Place, KeptPicture] = OrderedDict()

    def get(self, place: Place) -> KeptPicture | None:
        found = self._kept.get(place)
        if found is not None:
            self._kept.move_to_end(place)
        return found

    def put(self, place: Place, picture: KeptPicture) -> None:
        if place in self._kept:
            return
        self._kept[place] = picture
        self._bytes += len(picture.data)
        while self._bytes > self._most_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.data)
