"""Collections of scores: loading, splitting, near-duplicates, the cache.

Imports: score, theory, statistics.
"""
