"""The pages of the requester space."""
