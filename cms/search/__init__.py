"""Searching the public site: what is on line, by words typed as people type them, without an engine of its own."""
