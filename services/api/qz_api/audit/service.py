"""One function for every command of every feature, in the transaction of the change.

    from qz_api.audit import service as audit

    await audit.record(conn, principal, "link.updated", show_id("lnk", id), before, after)

`before` and `after` are rows or mappings as they were and are; None where the object did not
exist or is gone. The difference is kept, secrets are not. A change that changed nothing leaves no
row.
"""

from collections.abc import Iterable

from qz_api.audit import store
from qz_api.audit.actions import Action
from qz_api.audit.actor import Actor
from qz_api.audit.diff import Fields, changes
from qz_api.transaction import Transaction
from qz_common.ids import new_uuid

Change = tuple[str, Fields | None, Fields | None]
"""Object id, before, after."""
NOTHING: tuple[Fields, Fields] = ({}, {})


async def record(
    conn: Transaction,
    principal: Actor,
    action: Action,
    object_id: str,
    before: Fields | None = None,
    after: Fields | None = None,
) -> None:
    await record_all(conn, principal, action, [(object_id, before, after)])


async def record_all(
    conn: Transaction, principal: Actor, action: Action, done: Iterable[Change]
) -> None:
    """The same for a bulk command: one statement for all its objects."""
    entries = [(new_uuid(), id, *changes(before, after)) for id, before, after in done]
    entries = [entry for entry in entries if entry[2:] != NOTHING]
    if entries:
        await store.insert(
            conn,
            workspace=principal.workspace,
            mode=principal.mode,
            actor=(principal.kind, principal.id, principal.name),
            action=action,
            request_id=principal.request_id,
            entries=entries,
        )
