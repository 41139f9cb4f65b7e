"""Own short domains, shown to be a workspace's by a DNS record."""
