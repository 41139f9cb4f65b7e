"""What is recorded: the kinds of things, and what happened to them.

A new action is one word here; a typo in a feature is a type error.
"""

from typing import Literal, get_args

Action = Literal[
    "abuse.blocked",
    "abuse.unblocked",
    "campaign.created",
    "campaign.deleted",
    "campaign.updated",
    "destination.created",
    "destination.deleted",
    "destination.updated",
    "domain.created",
    "domain.deleted",
    "domain.updated",
    "domain.verified",
    "invite.created",
    "invite.revoked",
    "key.created",
    "key.revoked",
    "key.rolled",
    "landing_page.created",
    "landing_page.deleted",
    "landing_page.updated",
    "link.created",
    "link.deleted",
    "link.exhausted",
    "link.restored",
    "link.rolled_back",
    "link.scheduled",
    "link.unscheduled",
    "link.updated",
    "member.joined",
    "member.removed",
    "member.updated",
    "picture.created",
    "picture.deleted",
    "qr.created",
    "qr.deleted",
    "qr.restored",
    "qr.updated",
    "style.created",
    "style.deleted",
    "style.updated",
    "user.password_changed",
    "user.signed_in",
    "user.updated",
    "workspace.created",
    "workspace.updated",
]
ACTIONS: tuple[str, ...] = get_args(Action)
SUBJECTS = tuple(dict.fromkeys(action.partition(".")[0] for action in ACTIONS))
