"""Matches between a piece and the training pieces: the index and the report.

Imports: score, files.
"""
