"""Encoding `parts`: one step a note, part by part in order of time. Imports: score, theory."""
