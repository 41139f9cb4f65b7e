"""docs/metrics.md names the metrics that the roles expose, no more and no fewer."""

import re

import pytest

from deploy.embedded.settings import StackSettings
from deploy.metrics_page import PAGE, metrics_page
from qz_common.settings import load
from tests.e2e.conftest import Quietzone

pytestmark = pytest.mark.xdist_group("e2e")
ROW = re.compile(r"^\| `([a-z_]+)` \| (\w+) \| [^|]* \| ([^|]+) \|$", re.MULTILINE)


def test_every_metric_is_on_the_page(quietzone: Quietzone) -> None:
    settings = load(StackSettings, quietzone.run.environment)
    assert set(ROW.findall(PAGE.read_text())) == set(ROW.findall(metrics_page(settings)))
