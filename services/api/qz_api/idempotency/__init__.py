"""One Idempotency-Key, one effect."""
