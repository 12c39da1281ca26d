"""Tuplets and values that the grid of 24 ticks a quarter cannot hold: 5:4, 7:4, 64ths."""
