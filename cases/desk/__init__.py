"""The pages of the desk space."""
