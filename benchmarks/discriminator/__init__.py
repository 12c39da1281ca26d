"""Classifiers that tell composed pieces from people's: `python -m benchmarks.discriminator`."""
