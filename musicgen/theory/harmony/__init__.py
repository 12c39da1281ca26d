"""Chords of a piece beat by beat, and chord progressions as text.

Imports: score, metres, theory.
"""
