"""The pages of a request being prepared, by subject."""
