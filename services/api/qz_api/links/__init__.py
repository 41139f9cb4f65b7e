"""Links: where a scan goes."""
