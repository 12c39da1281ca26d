"""Bars of a piece composed again, of all parts or some. Imports: decoding, generation."""
