"""Critics: a training in rounds, each against pieces of the model. Imports Keras."""
