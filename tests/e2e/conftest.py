"""The real stack, started once for all end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.fixtures.quietzone import Quietzone
from tests.fixtures.stack import installation


@pytest.fixture(scope="session")
def quietzone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quietzone]:
    folder = tmp_path_factory.mktemp("e2e")
    made = Quietzone(installation(folder, folder / "data"))
    try:
        made.run.start()
        yield made
        made.run.stop()
    finally:
        made.close()
        made.run.end()
