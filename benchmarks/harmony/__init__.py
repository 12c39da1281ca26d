"""Harmony of composed pieces beside a collection's: `python -m benchmarks.harmony`."""
