"""Settings into Keras models, and the checkpoint format."""
