"""Passages that a piece shares with the training pieces: index, matches, report.

Imports: score, files, encoding.
"""
