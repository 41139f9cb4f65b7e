"""Images that nobody keeps: one-shot renders, and how well a code would read."""
