"""How often Python looks for cycles while blocks are made."""

import gc

YOUNG_OBJECTS = 100_000


def collect_seldom() -> None:
    """A block makes a hundred thousand objects that all go at once: looking for cycles among
    them at each seven hundredth costs a third of the time of decoding."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 50, 100)
