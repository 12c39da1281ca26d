"""Backbones between inputs and heads: LSTM and transformer. Imports: Keras."""
