"""Who calls, what they may do, and what their plan has: known by every feature, and knowing none."""
