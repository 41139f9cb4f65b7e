"""Shapes of /v1/qr-codes/bulk."""

from typing import Annotated

from pydantic import Field

from qz_api.codes.schemas import CodeCreate, CodePatch, CodeView
from qz_api.http.schema import In, Out
from qz_api.links.schemas import Id, Settable

MAX_ROWS = 500
MERGED = ("link", "style", "utm", "app", "metadata")
"""Objects that a row and the defaults each say a part of."""


class BulkCreate(In):
    items: Annotated[list[CodeCreate], Field(min_length=1, max_length=MAX_ROWS)]
    defaults: CodeCreate | None = None
    """What holds for every row that says nothing else."""
    dry_run: bool = False
    """Checks everything, tells what would be, and changes nothing."""


class BulkChange(CodePatch):
    id: Id
    effective_from: None = None


class BulkCommon(CodePatch):
    effective_from: None = None


class BulkUpdate(In):
    items: Annotated[list[BulkChange], Field(min_length=1, max_length=MAX_ROWS)]
    defaults: BulkCommon | None = None
    dry_run: bool = False


class BulkStatus(In):
    ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_ROWS)]
    status: Settable
    dry_run: bool = False


class BulkView(Out):
    data: list[CodeView]
    """In the order of the rows; of a dry run as they would be, with ids that mean nothing."""
    count: int
    dry_run: bool
