"""When a place is open: days that are alike stand in one line."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from qz_api.http.schema import In
from qz_api.pages.blocks.base import Block, Scene
from qz_api.pages.localized import Label, Sentence

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


class Span(In):
    days: Annotated[
        list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]],
        Field(min_length=1, max_length=7),
    ]
    opens: Clock
    closes: Clock
    """Earlier than `opens` means the next morning."""

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.opens == self.closes or self.opens == "24:00":
            raise PydanticCustomError("invalid_span", "opens and closes at the same time")
        return self


class Hours(Block):
    type: Literal["hours"]
    title: Label | None = None
    spans: Annotated[list[Span], Field(min_length=1, max_length=21)]
    """Days that no span names are shown as closed."""
    note: Sentence | None = None

    def view(self, scene: Scene) -> Mapping[str, Any]:
        own = scene.words["hours"]
        return {
            "title": scene.text(self.title) or own["title"],
            "rows": list(self._rows(scene.words["days"], own["closed"])),
            "note": scene.text(self.note),
        }

    def _rows(self, names: list[str], closed: str) -> Iterator[tuple[str, list[str]]]:
        of_day = [self._of(day) or [closed] for day in DAYS]
        for times, group in groupby(range(len(DAYS)), key=lambda index: of_day[index]):
            days = list(group)
            first, last = names[days[0]], names[days[-1]]
            yield (first if len(days) == 1 else f"{first} – {last}"), times

    def _of(self, day: str) -> list[str]:
        spans = sorted((span.opens, span.closes) for span in self.spans if day in span.days)
        return [f"{opens} – {closes}" for opens, closes in spans]
