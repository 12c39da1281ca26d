"""Metrics and histograms of scores, comparison of sets, analysis of a collection.

Imports: score, theory, corpus, encoding.
"""
