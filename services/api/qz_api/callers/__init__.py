"""Who calls, what they may do and what their plan has: every feature knows it, it knows none."""
