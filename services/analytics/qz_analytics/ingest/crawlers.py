"""Whether a user agent is a crawler, by crawlerdetect's list, on ua-parser's engine.

The list is 1,462 expressions. Python's engine tries each at each place of the text, a millisecond
for an agent that is none; the one of ua-parser first looks which of them could match at all, and
takes a fiftieth. Expressions that it doesn't know (look-ahead) are few and stay with Python.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from crawlerdetect.providers.crawlers import data as crawlers
from crawlerdetect.providers.exclusions import data as exclusions
from ua_parser import Domain, UserAgent
from ua_parser.core import Matcher
from ua_parser.matchers import UserAgentMatcher
from ua_parser.regex import Resolver

LOOK_AROUND = re.compile(r"\(\?<?[!=]")
NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class Tables:
    innocent: re.Pattern[str]
    """Words that name browsers and devices, and only look like a crawler's."""
    odd: re.Pattern[str]
    resolver: Resolver


@lru_cache(1)
def tables() -> Tables:
    odd = [text for text in crawlers if LOOK_AROUND.search(text)]
    plain: list[Matcher[UserAgent]] = [
        UserAgentMatcher(f"(?i)({text})", "crawler") for text in crawlers if text not in odd
    ]
    return Tables(
        innocent=re.compile("|".join(exclusions), re.IGNORECASE),
        odd=re.compile("|".join(odd) or NEVER, re.IGNORECASE),
        resolver=Resolver((plain, [], [])),
    )


def is_crawler(text: str) -> bool:
    table = tables()
    rest = table.innocent.sub("", text.strip())
    if not rest:
        return False
    found = table.resolver(rest, Domain.USER_AGENT).user_agent
    return found is not None or table.odd.search(rest) is not None
