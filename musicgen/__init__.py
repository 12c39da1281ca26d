"""A local studio for learned music: see what is in MIDI, train a model on it, compose."""

__version__ = "0.1.0"
