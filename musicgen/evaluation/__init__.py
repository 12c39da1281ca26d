"""How well a model has learned, and how like that of people its music is."""
