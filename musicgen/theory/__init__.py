"""Music theory as pure functions of a Score: keys, chords, spelling, scales, form, voices.

Imports: score.
"""
