"""One script for each claim of speed or quality: `python -m benchmarks.NAME`."""
