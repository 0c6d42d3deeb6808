"""The signed opinion: what it says, how it is printed, signed and verified."""
