"""The space of the requesting professional: a tele-expertise for a patient of his, from the question to the report."""
