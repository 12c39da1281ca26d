"""Scores into steps and back, and their vocabularies."""
