"""The pages of accounts, grouped by subject."""
