"""How well a model has learned: held-out likelihood."""
