"""Workspaces: settings of one, and which ones a user has."""
