"""New pieces from a checkpoint: decoding, constraints, originality, style. Imports no Keras."""
