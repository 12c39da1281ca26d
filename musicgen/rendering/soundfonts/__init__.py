"""SoundFonts: the one that comes with the program, and those that a person adds.

Imports: base, rendering.
"""
