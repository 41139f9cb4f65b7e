"""Users: signing up, names, passwords."""
