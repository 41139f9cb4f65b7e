"""Versions: every change of where a link leads, past and to come."""
