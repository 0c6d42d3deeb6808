"""Views of the requesting professional, by subject."""
