"""Images of codes: drawn in processes of their own, cached by content, checked before they go."""
