"""Scores as musicians write them: staves, clefs, bars, voices, note values, beams, and their XML.

Imports: score, theory, rendering.note_names."""
