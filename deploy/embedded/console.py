"""What the terminal shows: calm while all is well, plain words when it is not."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

BOLD, DIM, GREEN, RESET = "\033[1m", "\033[2m", "\033[32m", "\033[0m"
FIRST_CODE = '{"destination_url": "https://example.com/hello"}'


class Console:
    def __init__(self) -> None:
        self._colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def say(self, text: str) -> None:
        """Something happened that whoever looks should know."""
        now = datetime.now().astimezone().strftime("%H:%M:%S")
        print(f"{self._in(DIM, now)}  {text}", flush=True)

    def opening(self, folder: Path) -> None:
        print(f"\n  {self._in(BOLD, 'Quietzone')} starts, data in {_short(folder)}\n", flush=True)

    def note_ready(self, name: str, seconds: float) -> None:
        mark = self._in(GREEN, "ready")
        print(f"    {mark}  {name:<20}{self._in(DIM, f'{seconds:5.1f} s')}", flush=True)

    def summary(self, demo: dict[str, Any], folder: Path, geo: str, seconds: float) -> None:
        rows = [
            ("API", demo["api_url"]),
            ("Explorer", f"{demo['api_url']}/docs"),
            ("Dashboard", demo["dashboard_url"]),
            ("Sign in as", f"{demo['admin_email']}  {demo['admin_password']}"),
            ("Short links", demo["edge_url"]),
            ("Live key", demo["live_key"]),
            ("Test key", demo["test_key"]),
            ("Places", _short(Path(geo)) if geo else "none; `make geo` fetches a database"),
            ("Logs", f"{_short(folder)}/logs"),
        ]
        print(f"\n  {self._in(BOLD, 'Quietzone is up')} after {seconds:.1f} s\n")
        for name, value in rows:
            print(f"    {self._in(DIM, f'{name:<13}')}{value}")
        print(f"\n  A first code:\n\n{first_call(demo)}\n")
        print("  Ctrl-C stops everything in order and keeps the data.\n", flush=True)

    def _in(self, style: str, text: str) -> str:
        return f"{style}{text}{RESET}" if self._colour else text


def first_call(demo: dict[str, Any]) -> str:
    """A command that works when it is pasted, in a shell that knows nothing of us."""
    return (
        f"    curl -sS {demo['api_url']}/v1/qr-codes \\\n"
        f"      -H 'Authorization: Bearer {demo['live_key']}' \\\n"
        f"      -H 'Content-Type: application/json' \\\n"
        f"      -d '{FIRST_CODE}'"
    )


def _short(folder: Path) -> str:
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
