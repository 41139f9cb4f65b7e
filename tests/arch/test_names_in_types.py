"""Names that a type lists for people and programs are those of the registry that they stand for."""

from typing import get_args

from qz_api.destinations.kinds import Target, TargetType
from qz_api.images.vocabulary import FormatName
from qz_render import FORMATS


def test_every_type_of_destination_is_named() -> None:
    union, _ = get_args(Target)
    tags = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(union)}
    assert tags == set(get_args(TargetType))


def test_every_image_format_is_named() -> None:
    assert set(get_args(FormatName)) == FORMATS.keys()
