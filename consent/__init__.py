"""Consent: purposes, versioned texts, evidence, withdrawal; and the professionals a patient refuses."""
