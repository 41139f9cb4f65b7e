"""A role that ends says why: in words to who can mend it, with its trace to who wrote it."""

import subprocess
import sys
from textwrap import dedent

import pytest

FAILING = """
import asyncio
from qz_common.errors import CannotStart, Permanent
from qz_common.roles import run_role

async def fail():
    raise {error}

async def role(stop):
    async with asyncio.TaskGroup() as outer:
        async with asyncio.TaskGroup() as inner:
            inner.create_task(fail())

run_role("api", "worker", role)
"""


def ended(error: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", dedent(FAILING.format(error=error))],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize(
    "error", ["Permanent('topic scans has 3 partitions')", "CannotStart('port 1 is in use')"]
)
def test_what_an_operator_can_mend_is_one_line(error: str) -> None:
    code, lines = ended(error)
    words = error.split("'")[1]
    assert (code, lines) == (1, [f"api worker: {words}"])


@pytest.mark.parametrize("error", ["KeyError('a fault of ours')", "OSError(28, 'no space left')"])
def test_anything_else_is_told_with_its_trace(error: str) -> None:
    code, lines = ended(error)
    assert code == 1
    assert '"event":"the role failed"' in lines[0]
    assert "in fail" in lines[0]
    assert lines[-1].startswith("api worker: ")
    assert error.split("'")[1] in lines[-1]
