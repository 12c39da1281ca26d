"""The Keras side of a training: session, callbacks, optimizer, devices. Imports Keras."""
