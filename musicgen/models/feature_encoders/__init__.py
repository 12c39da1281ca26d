"""Feature encoders: features of an encoding to inputs of the backbone and the heads.

Imports: Keras, encoding.
"""
