"""Requests filled in by phone: the nurse asks and writes down, the patient confirms by a code or a signed letter."""
