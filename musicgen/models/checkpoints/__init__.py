"""The checkpoint format: reading without Keras, writing, ONNX and Keras exports.

Imports: encoding, models.
"""
