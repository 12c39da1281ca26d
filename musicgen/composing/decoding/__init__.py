"""Drawing steps from a model: ONNX Runtime, sampling, batches of variations.

Imports: encoding.
"""
