"""Encodings: Score to steps and back, vocabularies, derived features. Imports: score, corpus."""
