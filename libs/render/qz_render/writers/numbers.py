"""How writers print numbers: short, no exponent, never NaN."""


def short(value: float) -> str:
    """At most four decimals, no trailing zeros."""
    if value == int(value):
        return str(int(value))
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
