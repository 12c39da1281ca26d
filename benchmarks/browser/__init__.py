"""Benchmarks that walk through the pages in a real Chromium."""
