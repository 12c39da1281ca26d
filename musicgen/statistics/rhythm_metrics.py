"""Statistics of the rhythm and texture of a score: pure functions, NaN without a meaning.

A note sounds from its start up to, not including, the tick at which it ends. A beat is a
quarter.
"""

from __future__ import annotations

import math

import numpy as np

from musicgen.score import TICKS_PER_QUARTER, Score

LONGEST_BIN = 16  # 16ths; longer durations share the last bin


def polyphony(score: Score) -> float:
    """Mean number of pitches that sound at once, while any sounds.

    NaN for an empty score. Dong et al., MusPy, ISMIR 2020.
    """
    lengths, sounding = _texture(score)
    heard = lengths[sounding > 0].sum()
    return float((lengths * sounding).sum() / heard) if heard else math.nan


def polyphony_rate(score: Score) -> float:
    """The share of the time, up to the end, in which two pitches or more sound at once.

    NaN for an empty score. Dong et al., MuseGAN, AAAI 2018 ("polyphonicity").
    """
    lengths, sounding = _texture(score)
    return float(lengths[sounding >= 2].sum() / score.end) if len(score) else math.nan


def groove_consistency(score: Score) -> float:
    """How alike neighbouring bars are in where notes begin: 1 where all have the same rhythm.

    1 less the mean Hamming distance between the onset vectors (one place a tick) of neighbouring
    bars of the same length. NaN where there are no two such bars. Wu and Yang, ISMIR 2020.
    """
    if not len(score):
        return math.nan
    bars, places, _ = score.bar_positions(score.notes["start"])
    lengths = _bar_lengths(score)
    onsets = np.unique(np.stack([bars, places], axis=1), axis=0)  # (U, 2) bar, place
    pairs = np.flatnonzero(lengths[:-1] == lengths[1:])  # first bars of comparable pairs
    if not len(pairs):
        return math.nan
    count = np.bincount(onsets[:, 0], minlength=len(lengths))
    shared = np.bincount(_also_a_bar_later(onsets), minlength=len(lengths))
    distance = (count[pairs] + count[pairs + 1] - 2 * shared[pairs]) / lengths[pairs]
    return float(1.0 - distance.mean())


def empty_beat_rate(score: Score) -> float:
    """The share of beats, up to the end, in which nothing sounds.

    NaN for an empty score. Dong et al., Pypianoroll, ISMIR 2018.
    """
    if not len(score):
        return math.nan
    lengths, sounding = _texture(score)
    ends = np.cumsum(lengths)
    heard = sounding > 0
    first = (ends - lengths)[heard] // TICKS_PER_QUARTER
    last = (ends[heard] - 1) // TICKS_PER_QUARTER
    # Stretches are in order: one that begins in the beat where another ended shares that beat.
    seen = np.maximum(first, np.concatenate([[-1], last[:-1]]) + 1)
    beats = -(-score.end // TICKS_PER_QUARTER)
    return float(1.0 - (last - seen + 1).sum() / beats)


def notes_per_bar(score: Score) -> float:
    """Notes divided by bars, a pickup counted as a bar; NaN for an empty score."""
    return len(score) / score.bars if len(score) else math.nan


def notes_per_beat(score: Score) -> float:
    """Notes divided by the quarters from 0 to the end; NaN for an empty score."""
    return len(score) * TICKS_PER_QUARTER / score.end if len(score) else math.nan


def mean_duration(score: Score) -> float:
    """Mean duration of a note in quarters; NaN for an empty score. Yang and Lerch, 2020."""
    return float(score.notes["duration"].mean()) / TICKS_PER_QUARTER if len(score) else math.nan


def mean_inter_onset(score: Score) -> float:
    """Mean time in quarters between onsets, a chord being one; NaN for fewer than two onsets.

    Yang and Lerch, 2020 (their IOI).
    """
    onsets = np.unique(score.notes["start"])
    if len(onsets) < 2:
        return math.nan
    return float(np.diff(onsets).mean()) / TICKS_PER_QUARTER


def longest_wait(score: Score) -> float:
    """The longest time in quarters in which nothing begins, between the first onset and the last.

    NaN for fewer than two onsets.
    """
    onsets = np.unique(score.notes["start"])
    return float(np.diff(onsets).max()) / TICKS_PER_QUARTER if len(onsets) > 1 else math.nan


def duration_entropy(score: Score) -> float:
    """Shannon entropy in bits of the durations, each number of ticks apart; NaN where empty."""
    if not len(score):
        return math.nan
    shares = np.unique(score.notes["duration"], return_counts=True)[1] / len(score)
    return float(-(shares * np.log2(shares)).sum()) + 0.0  # never -0


def duration_histogram(score: Score) -> np.ndarray:
    """Shares of the durations in 16ths, to the nearest: (17,) from 0 to 16 and longer.

    All 0 for an empty score. After the note length histogram of Yang and Lerch, 2020.
    """
    sixteenths = (score.notes["duration"] * 4 + TICKS_PER_QUARTER // 2) // TICKS_PER_QUARTER
    counts = np.bincount(sixteenths.clip(max=LONGEST_BIN), minlength=LONGEST_BIN + 1)
    return counts / max(1, len(score))


def _texture(score: Score) -> tuple[np.ndarray, np.ndarray]:
    """Stretches of time from 0 to the end: their ticks and how many pitches sound in each."""
    notes = score.notes[np.argsort(score.notes["pitch"], kind="stable")]
    # Pitch by pitch along one line, so that one running maximum merges the notes of each.
    line = notes["pitch"].astype(np.int64) * (score.end + 1)
    start, end = line + notes["start"], line + notes["start"] + notes["duration"]
    covered = np.maximum.accumulate(np.concatenate([[0], end]))[:-1]
    start = np.maximum(start, covered).clip(max=end) - line
    end = end - line
    ticks, at = np.unique(np.concatenate([[0, score.end], start, end]), return_inverse=True)
    change = np.concatenate([[0, 0], np.ones(len(start)), np.full(len(end), -1)])
    sounding = np.cumsum(np.bincount(at, weights=change)).astype(np.int64)
    return np.diff(ticks), sounding[:-1]


def _bar_lengths(score: Score) -> np.ndarray:
    """Ticks of each bar that holds music, a pickup's as of a full bar: (bars,)."""
    return score.bar_positions(score.bar_lines()[: score.bars])[2]


def _also_a_bar_later(onsets: np.ndarray) -> np.ndarray:
    """The bars of those onsets, rows of (bar, place), whose place is struck in the next bar too."""
    span = int(onsets[:, 1].max()) + 1
    keys = onsets[:, 0] * span + onsets[:, 1]
    return onsets[np.isin(keys + span, keys), 0]
