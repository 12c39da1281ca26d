"""Pieces that belong on one side of a split: near-duplicates, and those that share a melody."""
