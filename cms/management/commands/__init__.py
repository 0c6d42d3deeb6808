"""Commands about public pages."""
