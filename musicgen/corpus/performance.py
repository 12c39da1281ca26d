"""Recognition of performances: scores whose notes do not lie on the beats of their file.

A recording of a player is usually written at a default tempo and metre (120 and 4/4), so that its
onsets lie anywhere between the beats; a score that was written or sequenced has them near simple
fractions of a quarter. The concentration of the onsets tells the two apart: with the quarter
divided into k, each onset is an angle (its place between two divisions), and the concentration is
the length of the mean of the unit vectors: 1 if all onsets are at one place, next to 0 if they are
anywhere. It does not change if a whole file lies a constant time before or after its beats, and
hardly with jitter: 10 ms around 16ths at 120 leave 0.88. It is taken over windows of 128 notes,
since sequencer files are often cut and joined off the beat, and for each division; the largest
counts, so that triplets, quintuplets and swing are on the beat as well.

`python -m benchmarks.reading.performances` measures how often the rule errs.
"""

from __future__ import annotations

import numpy as np

from musicgen.score import Score

MIN_NOTES = 20  # shorter scores say too little to be called performances
WINDOW_NOTES = 128
MIN_CONCENTRATION = 0.45  # of a score on the beat
DIVISIONS = (2, 3, 4, 5, 6, 7, 8, 12, 24)  # of a quarter; fewer than 2 would follow slow rubato
_DIVISIONS = np.array(DIVISIONS, np.float32)


def is_performed(score: Score) -> bool:
    """Whether the notes of a score do not lie on its beats, so that its time is seconds."""
    return len(score) >= MIN_NOTES and beat_concentration(score) < MIN_CONCENTRATION


def beat_concentration(score: Score) -> float:
    """Concentration of the onsets, 0 (anywhere) to 1 (on a grid), of the division with the most."""
    count = len(score)
    if not count:
        return 0.0
    place = (score.notes["start"] % score.resolution) * (2 * np.pi / score.resolution)
    angles = np.multiply.outer(_DIVISIONS, place.astype(np.float32))  # (D, N)
    windows = np.arange(max(1, count // WINDOW_NOTES)) * WINDOW_NOTES
    x, y = (np.add.reduceat(f(angles), windows, axis=1) for f in (np.cos, np.sin))  # (D, W)
    return float(np.hypot(x, y).sum(axis=1).max()) / count
