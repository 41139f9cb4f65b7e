"""Codes: what is printed."""
