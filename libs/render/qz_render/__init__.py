"""QR symbols: one scene, every format."""
