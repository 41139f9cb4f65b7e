"""Bulk, small: up to 500 codes in one call, all or nothing."""
