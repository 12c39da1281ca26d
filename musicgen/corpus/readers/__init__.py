"""Readers: the bytes of one file to a Score, within limits. Imports: score, theory."""
