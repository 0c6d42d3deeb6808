"""The pages of the patient space."""
