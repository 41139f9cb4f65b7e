"""Invites into a workspace: bound to an e-mail, for one use, until they expire."""
