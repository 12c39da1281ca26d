"""Random numbers of a generator by their place in its stream, without those before."""

from __future__ import annotations

from typing import Any

import numpy as np


class SeekableRandom:
    """The numbers that `generator.random` would give from now on, at any place."""

    def __init__(self, generator: np.random.Generator) -> None:
        """generator: one of NumPy's default kind; it is not changed."""
        self._state: Any = generator.bit_generator.state
        self._bits = np.random.PCG64()
        self._generator = np.random.Generator(self._bits)

    def at(self, place: int, count: int) -> np.ndarray:
        """The numbers from a place on: (count,) in 0 to 1."""
        self._bits.state = self._state
        self._bits.advance(place)
        return self._generator.random(count)
