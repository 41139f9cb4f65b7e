"""A contact card: the same fields as content of the kind `vcard`, to look at and to save."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from qz_api.http.schema import In
from qz_api.pages.blocks.base import Block, Scene, Url
from qz_api.pages.offers.person import contact_file, facts, initials
from qz_render import RenderError, parse_content
from qz_render.content.vcard import VCard

Part = Annotated[str, Field(max_length=200)]
Parts = Annotated[list[Part], Field(max_length=5)]


class PostalAddress(In):
    street: Part = ""
    city: Part = ""
    region: Part = ""
    postal_code: Part = ""
    country: Part = ""


class ContactPerson(In):
    """As content of the kind `vcard`; a name or an organization is needed."""

    first_name: Part = ""
    last_name: Part = ""
    organization: Part = ""
    title: Part = ""
    phones: Parts = Field(default_factory=list)
    mobiles: Parts = Field(default_factory=list)
    emails: Parts = Field(default_factory=list)
    urls: Annotated[list[Url], Field(max_length=5)] = Field(default_factory=list)
    address: PostalAddress | None = None
    birthday: Part = ""
    note: Annotated[str, Field(max_length=1000)] = ""


class Contact(Block):
    type: Literal["contact"]
    person: ContactPerson

    @model_validator(mode="after")
    def _is_a_person(self) -> Self:
        try:
            self._card()
        except RenderError as error:
            raise PydanticCustomError("invalid_contact", "{why}", {"why": str(error)}) from None
        return self

    def view(self, scene: Scene) -> Mapping[str, Any]:
        card = self._card()
        person = card.person
        save = scene.save(self.id, contact_file(card), scene.words["person"]["save"])
        shown = list(facts(person, scene.words, self._fields(), f"{self.id}-"))
        scene.presses += [fact.press for fact in shown if fact.press]
        role = ", ".join(part for part in (person.title, person.organization) if part)
        return {
            "initials": initials(person.full_name),
            "name": person.full_name,
            "role": role if role != person.full_name else "",
            "save": save,
            "facts": shown,
        }

    def _fields(self) -> dict[str, Any]:
        return self.person.model_dump(exclude_defaults=True)

    def _card(self) -> VCard:
        card = parse_content({**self._fields(), "kind": "vcard"}, pointer="")
        assert isinstance(card, VCard)
        return card
