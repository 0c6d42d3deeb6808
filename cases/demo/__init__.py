"""Fictitious people and cases, made through the services with a settable clock."""
