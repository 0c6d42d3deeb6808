"""The interface: base pages, components, styles, scripts, words of dates, and the form fields every page uses."""
