"""Columns of a link that a change may write, and what stands in them at first."""

from collections.abc import Mapping
from typing import Any

WAY_COLUMNS = ("destination_url", "destination_id", "page_id", "kind", "content")
TARGET = (*WAY_COLUMNS, "rules", "app")
"""Columns that say where a link leads; a change of any of them is a version."""
BLANK: Mapping[str, Any] = {
    "name": "",
    "status": "active",
    "destination_url": "",
    "destination_id": None,
    "page_id": None,
    "kind": "url",
    "content": None,
    "rules": [],
    "starts_at": None,
    "expires_at": None,
    "max_scans": None,
    "fallback_url": "",
    "password_hash": "",
    "utm": {},
    "pass_query": False,
    "app": {},
    "preview": False,
    "flags": [],
    "campaign_id": None,
    "tags": [],
    "metadata": {},
    "locked": [],
    "code_id": None,
    "blocked_from": "",
    "blocked_reason": "",
    "deleted_from": "",
    "deleted_at": None,
}
"""A link before anything is said about it; also the columns that a change may write."""
