"""The daily salts of visitor hashes."""
