"""Histograms and metrics of scores, and the comparison of sets of them.

Imports: score, theory.
"""
