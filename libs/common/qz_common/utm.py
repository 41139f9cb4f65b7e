"""Campaign parameters: what links take, edges read, analytics keep and charts can show."""

from typing import Literal, get_args

UtmName = Literal["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"]
UTM_NAMES: tuple[UtmName, ...] = get_args(UtmName)
"""A name more is a column of `scans` more: a migration of analytics."""
