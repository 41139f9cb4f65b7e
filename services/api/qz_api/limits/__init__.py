"""Plans, rates and quotas: how much a workspace may ask for."""
