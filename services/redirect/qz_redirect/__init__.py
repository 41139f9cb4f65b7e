"""The edge: resolves a slug from its own disk, journals the scan, answers."""
