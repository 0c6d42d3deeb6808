"""Experts: what they cover and when, what the service must hold about them, pathologies and their questionnaires."""
