"""Pages: our own few, in five languages, and the compiled ones that replicas carry."""
