"""The password gate: a form, a slow check off the loop, a few tries a minute, a short pass."""
