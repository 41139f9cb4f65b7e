"""Referrer: by host with a label boundary; `instagram.com` covers `l.instagram.com`."""

from collections.abc import Sequence
from typing import Literal, Self

import idna
from msgspec.structs import replace

from qz_common.rules.conditions.base import Base, Problem, listed, named, value_problems
from qz_common.visit import Visit


class Referrer(Base, frozen=True, tag="referrer", omit_defaults=True):
    op: Literal["is", "is_not", "exists", "not_exists"] = "is"
    values: tuple[str, ...] = ()

    def canonical(self) -> Self:
        return replace(self, values=tuple(map(_canonical_host, self.values)))

    def matches(self, visit: Visit, beside: Sequence[Base] = ()) -> bool:
        host = visit.referrer_host
        if self.op.endswith("exists"):
            return bool(host) is (self.op == "exists")
        covered = bool(host) and any(
            host == value or host.endswith("." + value) for value in self.values
        )
        return covered is (self.op == "is")

    def problems(self) -> list[Problem]:
        if not self.op.endswith("exists"):
            return value_problems(self.values, _host_problem)
        if self.values:
            return [("/values", "not_allowed", f"`{self.op}` takes no values")]
        return []

    def words(self) -> str:
        return f"referrer {listed(self.op, self.values)}".rstrip()

    def seen(self, visit: Visit) -> str:
        return named("referrer", visit.referrer_host)


def _canonical_host(value: str) -> str:
    host = value.strip().lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return host


def _host_problem(value: str) -> str:
    labels = value.split(".")
    fits = value.isascii() and all(map(_is_label, labels))
    return "" if fits else f"`{value}` is no host name, as in instagram.com"


def _is_label(label: str) -> bool:
    plain = label.replace("-", "").replace("_", "")
    return 1 <= len(label) <= 63 and plain.isalnum() and label[0] != "-" and label[-1] != "-"
