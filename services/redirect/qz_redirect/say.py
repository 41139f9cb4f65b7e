"""What a command tells the person who typed it."""

import sys


def say(line: str, code: int = 0) -> int:
    """One line; gives back the exit code that goes with it."""
    sys.stdout.write(line + "\n")
    return code
