"""Figures of an excerpt by kind: pure functions of an Excerpt to values by name."""
