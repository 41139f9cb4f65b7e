"""People: users and how they sign in, workspaces, their members and invites."""
