"""One script for each claim of speed or quality: run them with `python -m benchmarks.NAME`."""
