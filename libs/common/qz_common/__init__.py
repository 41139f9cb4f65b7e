"""Shapes and small services that every part of Quietzone shares."""
