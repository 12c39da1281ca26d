"""Sampling steps from a model: ONNX Runtime, logits to choices, batches of variations.

Imports: encoding, composing.bars, composing.settings.
"""
