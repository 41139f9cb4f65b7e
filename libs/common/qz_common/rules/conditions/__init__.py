"""The registry of condition kinds. A new kind is one file here, one line in `Condition`."""

from typing import get_args

from msgspec.structs import StructConfig

from qz_common.rules.conditions.base import Base
from qz_common.rules.conditions.browser import Browser
from qz_common.rules.conditions.city import City
from qz_common.rules.conditions.country import Country
from qz_common.rules.conditions.date_window import DateWindow
from qz_common.rules.conditions.device import Device
from qz_common.rules.conditions.language import Language
from qz_common.rules.conditions.os import Os
from qz_common.rules.conditions.query import Query
from qz_common.rules.conditions.referrer import Referrer
from qz_common.rules.conditions.region import Region
from qz_common.rules.conditions.source import Source
from qz_common.rules.conditions.time_of_day import TimeOfDay
from qz_common.rules.conditions.visit_number import VisitNumber
from qz_common.rules.conditions.weekday import Weekday

Condition = (
    Browser
    | City
    | Country
    | DateWindow
    | Device
    | Language
    | Os
    | Query
    | Referrer
    | Region
    | Source
    | TimeOfDay
    | VisitNumber
    | Weekday
)


def _tag(kind: type[Base]) -> str:
    config: StructConfig = kind.__struct_config__
    return str(config.tag)


KINDS: dict[str, type[Base]] = {_tag(kind): kind for kind in get_args(Condition)}
