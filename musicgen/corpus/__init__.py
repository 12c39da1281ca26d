"""Collections of scores: reading, caching, near-duplicates, splitting. Imports: score, theory."""
