"""People: who they are, what they may be here, and how they log in."""
