"""Styles: saved looks, copied into a code when it is written."""
