"""Rules: explained for a pretend scan, replayed over real ones."""
