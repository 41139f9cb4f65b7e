"""One value of a question that can't be, and where it is."""


class Refused(ValueError):
    """One wrong value; `below` is the rest of the pointer to it."""

    def __init__(self, message: str, code: str = "invalid", below: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.below = below
