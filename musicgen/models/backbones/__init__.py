"""Sequence layers between inputs and heads: LSTM and transformer. Imports: Keras."""
