"""A checkpoint into new scores: stepping, sampling, rules."""
