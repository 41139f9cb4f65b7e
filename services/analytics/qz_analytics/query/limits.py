"""How many questions a workspace may ask at once; one more is told to come back."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from qz_common.errors import TooMany

RETRY_AFTER_SECONDS = 1


@dataclass(slots=True)
class Slots:
    each: int
    taken: Counter[str] = field(default_factory=Counter)

    @contextlib.contextmanager
    def one(self, workspace: str) -> Iterator[None]:
        if self.taken[workspace] >= self.each:
            raise TooMany(
                f"at most {self.each} questions of a workspace at once",
                "too_many_queries",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        self.taken[workspace] += 1
        try:
            yield
        finally:
            self.taken[workspace] -= 1
            if not self.taken[workspace]:
                del self.taken[workspace]
