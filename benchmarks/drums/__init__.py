"""Drums of composed pieces against those of a made-up band that a model learned from."""
