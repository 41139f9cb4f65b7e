"""Destinations: named, reusable; changing one moves every link that uses it."""
