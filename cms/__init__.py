"""The public pages, edited in Wagtail."""
