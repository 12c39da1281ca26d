"""Code of several benchmarks: options, a checkpoint to compose from, a server, Chromium."""
