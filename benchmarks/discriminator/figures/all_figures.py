"""All figures of an excerpt, by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.discriminator.figures.counterpoint import counterpoint_of
from benchmarks.discriminator.figures.ending import ending_of
from benchmarks.discriminator.figures.form import form_of
from benchmarks.discriminator.figures.harmony import harmony_of
from benchmarks.discriminator.figures.keys import keys_of
from benchmarks.discriminator.figures.melody import melody_of
from benchmarks.discriminator.figures.rhythm import rhythm_of
from benchmarks.discriminator.figures.shares import Figures
from benchmarks.discriminator.figures.voices import voices_of

ENDING = "ending"  # of the whole piece; all other figures are of the excerpt

KINDS: Mapping[str, Callable[[Excerpt], Figures]] = {
    "harmony": harmony_of,
    "keys": keys_of,
    "voices": voices_of,
    "counterpoint": counterpoint_of,
    "rhythm": rhythm_of,
    "melody": melody_of,
    "form": form_of,
    ENDING: ending_of,
}


class FigureTable:
    """Figures of excerpts: names (F,), kinds (F,) and values (P, F), NaN where undefined."""

    def __init__(self, excerpts: Sequence[Excerpt]) -> None:
        rows = [
            {(kind, name): v for kind, of in KINDS.items() for name, v in of(excerpt).items()}
            for excerpt in excerpts
        ]
        self.kinds = [kind for kind, _ in rows[0]]
        self.names = [name for _, name in rows[0]]
        self.values = np.array([list(row.values()) for row in rows], float)
