"""The fast look-up of crawlers says what crawlerdetect itself says, about every entry it has."""

import re

from crawlerdetect import CrawlerDetect
from crawlerdetect.providers.crawlers import data as crawlers

from qz_analytics.ingest.crawlers import is_crawler
from tests.analytics.scans import IPHONE

EVERY = 7
BROWSERS = (
    IPHONE,
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Linux; Android 14; SM-S928B) Chrome/121.0 Mobile Safari/537.36",
    "YandexSearch/24.1",
    "Mozilla/5.0 (compatible; YandexImages/3.0)",
    " ",
    "\n",
)


def plain(expression: str) -> str:
    """A text that the expression may match, taken from its own letters."""
    return re.sub(r"[\\^$()\[\]|?*+{}]", "", expression)


def test_both_agree() -> None:
    asked = [f"Mozilla/5.0 (compatible; {plain(text)}/1.0)" for text in crawlers[::EVERY]]
    asked += [plain(text) for text in crawlers[::EVERY]] + list(BROWSERS)
    detect = CrawlerDetect()
    differ = [text for text in asked if is_crawler(text) != detect.is_crawler(text)]
    assert differ == []
    assert sum(map(is_crawler, asked)) > len(asked) // 2
