"""Every address on a landing page through the URL gate, when it is written; all refusals at once.

What is stored afterwards is the canonical form that the gate wrote.
"""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from qz_api.destinations.kinds import AppTarget, Target, UrlTarget
from qz_api.pages.blocks.contact import ContactPerson
from qz_api.pages.blocks.social import SocialLink
from qz_api.pages.blocks.video import Video
from qz_common.errors import FieldError
from qz_common.urls import UrlPolicy, UrlRefused, admit

TARGETS: tuple[type[BaseModel], ...] = get_args(get_args(Target)[0])


def admit_all(document: BaseModel, policy: UrlPolicy) -> list[FieldError]:
    """Writes the canonical form of each address into the document."""
    errors = []
    for pointer, model in _models(document, ""):
        try:
            _admit(model, policy)
        except UrlRefused as refusal:
            errors.append(FieldError(pointer, refusal.code, refusal.message))
    return errors


def _admit(model: BaseModel, policy: UrlPolicy) -> None:
    if isinstance(model, SocialLink | Video | UrlTarget | AppTarget):
        model.url = admit(model.url, policy).location
    elif isinstance(model, ContactPerson):
        model.urls = [admit(url, policy).location for url in model.urls]
    elif isinstance(model, TARGETS):
        model.location(policy)  # type: ignore[attr-defined]


def _models(value: Any, pointer: str) -> Iterator[tuple[str, BaseModel]]:
    if isinstance(value, BaseModel):
        yield pointer, value
        for name in type(value).model_fields:
            yield from _models(getattr(value, name), f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _models(item, f"{pointer}/{index}")
