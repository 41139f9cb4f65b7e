"""Scan numbers: asked of analytics, and running totals on links."""
