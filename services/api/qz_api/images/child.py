"""The drawing process: `python -m qz_api.images.child MEMORY_BYTES`.

Takes one job at a time from its standard input and answers on its standard output. It has no
secrets in its environment, opens nothing, and lives within limits that end it when crossed.
"""

import os
import resource
import signal
import sys
from typing import BinaryIO

from qz_api.images.tasks import perform, warm_up
from qz_api.images.wire import LENGTH_BYTES, Made, frame, read_job

NO_SECONDS = 0.0


def main() -> None:
    jobs, replies = sys.stdin.buffer, _replies()
    warm_up()
    _limit_memory(int(sys.argv[1]))
    _write(replies, frame(Made(b"ready")))
    while body := _read(jobs):
        job = read_job(body)
        signal.setitimer(signal.ITIMER_PROF, job.seconds)
        reply = perform(job.task)
        signal.setitimer(signal.ITIMER_PROF, NO_SECONDS)
        _write(replies, frame(reply))


def _replies() -> BinaryIO:
    """The standard output, out of reach of a library that prints."""
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return replies


def _limit_memory(beyond: int) -> None:
    """So many bytes more than what importing has taken; no file, no core."""
    with open("/proc/self/statm") as statm:
        base = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (base + beyond, base + beyond))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(jobs: BinaryIO) -> bytes:
    """Nothing when the API has gone."""
    head = jobs.read(LENGTH_BYTES)
    return jobs.read(int.from_bytes(head, "big")) if len(head) == LENGTH_BYTES else b""


def _write(replies: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[replies.write(rest) :]


if __name__ == "__main__":
    main()
