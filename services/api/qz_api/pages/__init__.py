"""Pages that the edge shows: landing pages, and what codes of kinds that are shown offer."""
