"""Rules and constraints of a piece, and how the settings choose among them.

Imports: composing.decoding, composing.originality, theory.
"""
