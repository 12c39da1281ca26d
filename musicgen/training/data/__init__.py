"""Training data: split by piece, encoded pieces, windows in batches. Imports: corpus, encoding."""
