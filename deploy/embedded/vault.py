"""Small private files: the secrets of this installation, and the keys of its demo workspace.

They are readable by their owner alone from the moment they exist, and replaced whole.
"""

import dataclasses
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded.backends import Passwords


class VaultError(Exception):
    """A private file that can't be read; the text says which, and what to do."""


@dataclass(frozen=True)
class Secrets:
    internal_token: str
    key_pepper: str
    postgres: Passwords


def load_secrets(file: Path) -> Secrets:
    """The secrets of this installation, made at its first start."""
    if not file.exists():
        made = Secrets(secrets.token_urlsafe(32), secrets.token_urlsafe(32), Passwords.random())
        write_private(file, dataclasses.asdict(made))
    values = read_private(file)
    try:
        passwords = Passwords(**values["postgres"])
        return Secrets(values["internal_token"], values["key_pepper"], passwords)
    except (KeyError, TypeError) as error:
        raise VaultError(
            f"{file} lacks {error}: put the file back; without it keys and data can't be used"
        ) from error


def read_private(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise VaultError(f"{file} can't be read: {error}") from error
    if not isinstance(values, dict):
        raise VaultError(f"{file} is not a JSON object")
    return values


def write_private(file: Path, values: dict[str, Any]) -> None:
    half = file.with_suffix(".new")
    half.unlink(missing_ok=True)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(values, out, indent=2)
        out.write("\n")
    half.replace(file)
