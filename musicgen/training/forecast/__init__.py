"""What is said of a training before it starts: duration, memory, model summary.

Imports no Keras.
"""
