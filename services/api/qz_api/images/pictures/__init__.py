"""Logos and backgrounds: copies of ours, so that no image depends on another host."""
