"""A piece as one HTML file that shows and plays itself, without a network or this program."""
