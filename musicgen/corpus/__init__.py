"""Collections of scores: reading, caching, related pieces, splitting. Imports: score, theory."""
