"""Training data: split, encoded pieces, windows, the learning rate schedule.

Imports: corpus, encoding.
"""
