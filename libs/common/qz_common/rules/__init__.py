"""Rules of a link: where a scan goes, decided from the facts of the visit alone.

`parse_rules` is the door in (all problems at once), `resolve` the decision at a scan, `explain`
the same decision with its reasons for a `pretend_visit`. Everything here is pure; kinds of
conditions live one to a file in `conditions/`.
"""

from qz_common.rules.conditions import Condition
from qz_common.rules.decision import Decision, Routed, RuleTrace, Trace, explain, resolve
from qz_common.rules.model import Arm, Rule
from qz_common.rules.parse import RulesRefused, parse_rules
from qz_common.rules.pretend import Pretend, PretendRefused, parse_pretend, pretend_visit

__all__ = [
    "Arm",
    "Condition",
    "Decision",
    "Pretend",
    "PretendRefused",
    "Routed",
    "Rule",
    "RuleTrace",
    "RulesRefused",
    "Trace",
    "explain",
    "parse_pretend",
    "parse_rules",
    "pretend_visit",
    "resolve",
]
