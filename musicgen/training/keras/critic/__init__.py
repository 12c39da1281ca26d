"""Critics: a training of two rounds, each against pieces of the model. Imports Keras."""
