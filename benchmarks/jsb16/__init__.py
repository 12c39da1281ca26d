"""Bach's chorales on a grid of 16ths, the published benchmark: `python -m benchmarks.jsb16`."""
