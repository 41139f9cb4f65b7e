"""Rules of a link: where a scan goes, decided from the facts of the visit alone.

`parse_rules` is the door in (all problems at once), `resolve` the decision at a scan, `explain`
the same decision with its reasons. Everything here is pure; kinds of conditions live one to a
file in `conditions/`.
"""

from qz_common.rules.model import Arm, Rule

__all__ = ["Arm", "Rule"]
