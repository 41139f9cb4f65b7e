"""Outlines of modules and eyes, in kinds; a new kind is one function and one line here."""
