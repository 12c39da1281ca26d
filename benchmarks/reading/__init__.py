"""Benchmarks of what is read from files."""
