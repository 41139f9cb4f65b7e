"""What a call costs that does many things at once."""

from typing import Any

from qz_api.http.operation import Cost


def items_of(*names: str, most: int) -> Cost:
    """As many calls as its list has items, under the first of these names that is there; whatever
    else is wrong with it."""

    def cost(document: Any) -> int:
        if not isinstance(document, dict):
            return 1
        items = next((document[name] for name in names if name in document), None)
        return min(max(1, len(items)), most) if isinstance(items, list) else 1

    return cost
