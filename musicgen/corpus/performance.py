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

from collections.abc import Iterator

import numpy as np

from musicgen.score import Score

MIN_NOTES = 20  # shorter scores say too little to be called performances
WINDOW_NOTES = 128
MIN_CONCENTRATION = 0.45  # of a score on the beat
# Of a quarter; fewer than 2 would follow slow rubato. Those that fit most scores come first.
DIVISIONS = (24, 4, 3, 2, 5, 6, 7, 8, 12)


def is_performed(score: Score) -> bool:
    """Whether the notes of a score do not lie on its beats, so that its time is seconds."""
    if len(score) < MIN_NOTES or any(number % score.resolution == 0 for number in DIVISIONS):
        return False  # where a tick is a division, all onsets are on one
    return not any(value >= MIN_CONCENTRATION for value in _concentrations(score))


def beat_concentration(score: Score) -> float:
    """Concentration of the onsets, 0 (anywhere) to 1 (on a grid), of the division with the most."""
    return max(_concentrations(score), default=0.0)


def _concentrations(score: Score) -> Iterator[float]:
    """Concentration of the onsets of each division, one after the other; none without notes."""
    count = len(score)
    if not count:
        return
    place = (score.notes["start"] % score.resolution) * (2 * np.pi / score.resolution)
    place = place.astype(np.float32)
    windows = np.arange(max(1, count // WINDOW_NOTES)) * WINDOW_NOTES
    for division in DIVISIONS:
        angles = place * np.float32(division)
        x, y = (np.add.reduceat(f(angles), windows) for f in (np.cos, np.sin))  # (W,)
        yield float(np.hypot(x, y).sum()) / count
