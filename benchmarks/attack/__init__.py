"""Attacks on the program, each with a count and a condition: `python -m benchmarks.attack`."""
