"""The folder of a run: settings, status, metrics, checkpoints, archives. Imports no Keras."""
