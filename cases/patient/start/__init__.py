"""A request before it is sent: the same pages for the patient's side and for the nurse who fills it in by phone."""
