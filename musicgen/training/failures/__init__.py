"""Why a training failed: out of memory, disk full, divergence. Imports no Keras."""
