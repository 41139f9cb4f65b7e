"""How often something secret may be tried, per account and per network."""
