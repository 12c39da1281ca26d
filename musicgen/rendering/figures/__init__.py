"""Plotly figures of scores, statistics and vocabularies. Imports: statistics, encoding, theory."""
