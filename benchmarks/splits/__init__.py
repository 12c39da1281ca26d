"""Benchmarks of the split; its sides by name before melodies were compared."""
