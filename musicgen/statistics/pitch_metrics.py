"""Pitch metrics of a score: pure functions, NaN where undefined.

Every note counts once, whatever its duration. Entropies are in bits.
"""

from __future__ import annotations

import math

import numpy as np

from musicgen.score import Score

MAX_INTERVAL = 12  # semitones; wider ones count in the outermost bins

_MAJOR = np.array([1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1])
_SCALES = np.stack([np.roll(_MAJOR, root) for root in range(12)])  # (12, 12) root, pitch class


def pitch_class_entropy(score: Score) -> float:
    """Entropy of the pitch-class histogram: 0 for one class, log2(12) = 3.58 for all equally.

    NaN for an empty score. Wu and Yang, The Jazz Transformer on the Front Line, ISMIR 2020.
    """
    return _entropy(pitch_class_histogram(score))


def pitch_entropy(score: Score) -> float:
    """Entropy of the pitch histogram.

    NaN for an empty score. Dong et al., MusPy, ISMIR 2020.
    """
    return _entropy(np.bincount(score.notes["pitch"], minlength=128))


def scale_consistency(score: Score) -> float:
    """Largest share of notes in one major or natural minor scale.

    NaN for an empty score. Mogren, C-RNN-GAN, 2016. The twelve major scales suffice: a natural
    minor scale has the notes of its relative major.
    """
    if not len(score):
        return math.nan
    return float((_SCALES @ pitch_class_histogram(score)).max() / len(score))


def pitch_range(score: Score) -> float:
    """Semitones from the lowest note to the highest; 0 for an empty score.

    Yang and Lerch, On the evaluation of generative models in music, 2020.
    """
    return float(np.ptp(score.notes["pitch"])) if len(score) else 0.0


def pitches_used(score: Score) -> float:
    """Number of different pitches; 0 for an empty score. Yang and Lerch, 2020."""
    return float(len(np.unique(score.notes["pitch"])))


def pitch_classes_used(score: Score) -> float:
    """Number of different pitch classes; 0 for an empty score. Dong et al., 2020."""
    return float(np.count_nonzero(pitch_class_histogram(score)))


def mean_interval(score: Score) -> float:
    """Mean absolute interval, in semitones, between a note and the one before it.

    NaN for fewer than two notes. The notes of a chord follow each other from low to high. Yang
    and Lerch, 2020 (PI).
    """
    intervals = _intervals(score)
    return float(np.abs(intervals).mean()) if len(intervals) else math.nan


def repeated_note_share(score: Score) -> float:
    """Share of notes, the first excepted, on the same pitch as the note before.

    NaN for fewer than two notes. Equals the bin of 0 in the interval histogram.
    """
    intervals = _intervals(score)
    return float(np.mean(intervals == 0)) if len(intervals) else math.nan


def pitch_class_histogram(score: Score) -> np.ndarray:
    """Number of notes by pitch class, from C: (12,); all 0 for an empty score."""
    return np.bincount(score.notes["pitch"] % 12, minlength=12)


def interval_histogram(score: Score) -> np.ndarray:
    """Shares of the intervals between consecutive notes: (25,) from -12 to +12.

    Wider intervals count in the outermost bins. All 0 for fewer than two notes. Yang and Lerch,
    2020.
    """
    intervals = _intervals(score).clip(-MAX_INTERVAL, MAX_INTERVAL) + MAX_INTERVAL
    counts = np.bincount(intervals, minlength=2 * MAX_INTERVAL + 1)
    return counts / max(1, len(intervals))


def _intervals(score: Score) -> np.ndarray:
    """Semitones from each note to the next: (N - 1,)."""
    return np.diff(score.notes["pitch"].astype(np.int64))


def _entropy(counts: np.ndarray) -> float:
    """Shannon entropy of a histogram in bits; NaN if it is empty."""
    if not counts.sum():
        return math.nan
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0  # never -0
