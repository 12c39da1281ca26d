"""What several benchmarks share: options, a checkpoint to compose from, a Chromium."""
