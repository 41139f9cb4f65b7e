"""Who changed what: an append-only log that every command writes to in its own transaction."""
