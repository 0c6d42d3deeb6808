"""Public pages where anyone who holds a signed paper learns whether it is authentic; nothing about health is shown."""
