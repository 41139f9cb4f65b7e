"""Shapes of /v1/landing-pages."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from qz_api.callers.principal import Mode
from qz_api.connection import Row
from qz_api.http.schema import In, Moment, Out, Query
from qz_api.listing import NamedQuery
from qz_api.pages.blocks import AnyBlock
from qz_api.pages.localized import Language, Line, Sentence, texts_by_language
from qz_api.pages.theme import Theme
from qz_common.ids import show_id

Slug = Annotated[str, Field(pattern=r"^[a-z0-9_-]{3,64}$")]
Languages = Annotated[list[Language], Field(min_length=1, max_length=10)]
Blocks = Annotated[list[AnyBlock], Field(max_length=100)]


class Document(In):
    """What a landing page says and how it looks."""

    title: Line
    subtitle: Sentence | None = None
    languages: Languages = Field(default_factory=lambda: ["en"])
    """The first one is for everybody whose language is not among them."""
    theme: Theme = Field(default_factory=Theme)
    blocks: Blocks = Field(default_factory=list)

    @model_validator(mode="after")
    def _speaks_its_languages(self) -> Self:
        known, first = set(self.languages), self.languages[0]
        if len(known) != len(self.languages):
            raise PydanticCustomError("repeated_language", "languages names one twice")
        for pointer, texts in texts_by_language(self):
            if first not in texts or not known.issuperset(texts):
                raise PydanticCustomError(
                    "wrong_languages",
                    "the text at {pointer} needs {first}, and no other languages than the page has",
                    {"pointer": pointer, "first": first},
                )
        return self

    @model_validator(mode="after")
    def _names_blocks_once(self) -> Self:
        named = [block.id for block in self.blocks if block.id]
        if len(set(named)) != len(named):
            raise PydanticCustomError("repeated_block_id", "two blocks have the same id")
        return self


class LandingPageCreate(Document):
    slug: Slug | None = None
    """A name of your own for it, unique in the workspace; visitors never see it."""
    published: bool = True
    """Links to a page that is not published say that they take a break."""


class LandingPagePatch(In):
    """Fields that are left out stay as they are; blocks are replaced as a whole."""

    title: Line | None = None
    subtitle: Sentence | None = None
    languages: Languages | None = None
    theme: Theme | None = None
    blocks: Blocks | None = None
    slug: Slug | None = None
    published: bool | None = None


class LandingPageQuery(NamedQuery):
    published: bool | None = None
    slug: Slug | None = None


class PreviewQuery(Query):
    language: Language | None = None


class LandingPageView(Out):
    id: str
    mode: Mode
    slug: str | None
    title: Line
    subtitle: Sentence | None
    languages: Languages
    theme: Theme
    blocks: Blocks
    published: bool
    created_at: Moment
    updated_at: Moment


def page_view(row: Row) -> LandingPageView:
    return LandingPageView(
        id=show_id("pg", row["id"]),
        mode=row["mode"],
        slug=row["slug"],
        published=row["published"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        **row["document"],
    )
