"""Independent random streams: one per purpose, seed and index."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

# Raised whenever the same seed draws other notes than before. 2: streams by spawn keys; before,
# purposes shared the streams of variations. 3: endings of `parts` keep the key and the roles of the
# piece; before, those that its notes were estimated to have. 4: a critic chooses among particles.
# 5: it chooses among endings, too, and each model has a temperature of its own. 6: it is asked
# after each step and has an exponent, and endings of which nothing is cut come first.
STREAMS_VERSION = 6


class Purpose(IntEnum):
    """What random numbers are drawn for. The values are part of every piece: never change one."""

    VARIATION = 0  # index: variation
    ENDING = 1  # index: variation, candidate
    STYLE = 2  # no index: all variations share their metre, form and upbeat
    TRANSPOSITION = 3  # index: variation
    INFILL = 4  # index: candidate


def random_stream(purpose: Purpose, seed: int, *index: int) -> np.random.Generator:
    """Return the generator of one purpose, seed and index, which nothing else shares."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *index)))
