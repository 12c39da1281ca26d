"""What the collection decides where the settings do not: metre, tempo, form, key.

Imports: theory, statistics.
"""
