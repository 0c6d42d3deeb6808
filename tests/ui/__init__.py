"""Tests of the interface: words, fields, components, styles and scripts."""
