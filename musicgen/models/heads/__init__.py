"""Output heads: hidden state and features to the logits of a field. Imports: Keras, encoding."""
