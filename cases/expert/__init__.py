"""The pages of the expert space."""
