"""Edits of pieces by hand: changes of notes, their log on disk, edited pieces in the history.

Imports: composing/records, corpus/readers.
"""
