"""Logs are JSON lines with bound context; secrets never reach them.

Metrics are declared in each service's `metrics.py`, once, on a registry that it is given.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import orjson
import structlog

API_KEY_TEXT = re.compile(r"qz_(live|test)_([0-9A-Za-z]{8})[0-9A-Za-z]+")
SECRET_WORDS = frozenset({"authorization", "cookie", "password", "secret", "token", "ip"})

Line = MutableMapping[str, Any]


def configure_logging(service: str, role: str, level: str = "INFO") -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(serializer=_dump),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Tolerant())),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, role=role)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")


class _Tolerant:
    """Standard error, where a full disk costs lines and not the role that says them."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def redact(_: object, __: str, line: Line) -> Line:
    for name, value in line.items():
        if name in SECRET_WORDS:
            line[name] = "[redacted]"
        elif isinstance(value, str) and "qz_" in value:
            line[name] = API_KEY_TEXT.sub(r"qz_\1_\2…", value)
    return line


def _dump(line: object, **_: object) -> str:
    return orjson.dumps(line, default=str).decode()
