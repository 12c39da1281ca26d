"""Keras models: settings to networks.

The only package beside training/keras that imports Keras. Imports: encoding.
"""
