"""What the other services ask the API."""
