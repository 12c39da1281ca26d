"""MIDI files to scores: events, notes, parts and marks. Imports: score, corpus.performance."""
