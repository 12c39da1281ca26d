"""Metrics of rhythm and texture of a score: pure functions, NaN where undefined.

A note sounds from its start to its end, the end excluded. A beat is a quarter. Metrics in beats and
bars are undefined for performances, those in seconds for scores on the beat.
"""

from __future__ import annotations

import math

import numpy as np

from musicgen.score import Score

MAX_SIXTEENTHS = 16  # longer durations count in the last bin


def polyphony(score: Score) -> float:
    """Mean number of pitches that sound at once, silence aside.

    NaN for an empty score. Dong et al., MusPy, ISMIR 2020.
    """
    lengths, sounding = _texture(score)
    ticks = lengths[sounding > 0].sum()
    return float((lengths * sounding).sum() / ticks) if ticks else math.nan


def polyphony_rate(score: Score) -> float:
    """Share of the time from 0 to the end in which two pitches or more sound.

    NaN for an empty score. Dong et al., MuseGAN, AAAI 2018 ("polyphonicity").
    """
    lengths, sounding = _texture(score)
    return float(lengths[sounding >= 2].sum() / score.end) if len(score) else math.nan


def groove_consistency(score: Score) -> float:
    """Similarity of the rhythms of neighbouring bars: 1 if all are the same.

    1 - the mean Hamming distance between the onset vectors (one element per tick) of neighbouring
    bars of the same length. NaN if there are no such bars. Wu and Yang, ISMIR 2020.
    """
    if not _has_beats(score):
        return math.nan
    bars, places, _ = score.bar_positions(score.notes["start"])
    lengths = _bar_lengths(score)
    onsets = np.unique(np.stack([bars, places], axis=1), axis=0)  # (U, 2) bar, place
    pairs = np.flatnonzero(lengths[:-1] == lengths[1:])  # first bars of pairs of equal length
    if not len(pairs):
        return math.nan
    count = np.bincount(onsets[:, 0], minlength=len(lengths))
    shared = np.bincount(_bars_of_repeated_onsets(onsets), minlength=len(lengths))
    distance = (count[pairs] + count[pairs + 1] - 2 * shared[pairs]) / lengths[pairs]
    return float(1.0 - distance.mean())


def empty_beat_rate(score: Score) -> float:
    """Share of the beats from 0 to the end in which nothing sounds.

    NaN for an empty score. Dong et al., Pypianoroll, ISMIR 2018.
    """
    if not _has_beats(score):
        return math.nan
    lengths, sounding = _texture(score)
    ends = np.cumsum(lengths)
    audible = sounding > 0
    first = (ends - lengths)[audible] // score.resolution
    last = (ends[audible] - 1) // score.resolution
    # Spans are in order: a beat in which one ends and the next begins counts for the earlier one.
    first_new = np.maximum(first, np.concatenate([[-1], last[:-1]]) + 1)
    beats = -(-score.end // score.resolution)
    return float(1.0 - (last - first_new + 1).sum() / beats)


def notes_per_bar(score: Score) -> float:
    """Number of notes / number of bars, the pickup included; NaN for an empty score."""
    return len(score) / score.bars if _has_beats(score) else math.nan


def notes_per_beat(score: Score) -> float:
    """Number of notes / quarters from 0 to the end; NaN for an empty score."""
    return len(score) * score.resolution / score.end if _has_beats(score) else math.nan


def mean_duration(score: Score) -> float:
    """Mean duration of a note in quarters; NaN for an empty score. Yang and Lerch, 2020."""
    return _mean_duration(score) / score.resolution if _has_beats(score) else math.nan


def mean_inter_onset(score: Score) -> float:
    """Mean time in quarters between onsets, a chord having one; NaN for fewer than two onsets.

    Yang and Lerch, 2020 (IOI).
    """
    shifts = _onset_shifts(score)
    return float(shifts.mean()) / score.resolution if _has_beats(score, shifts) else math.nan


def longest_wait(score: Score) -> float:
    """Longest time in quarters between two onsets; NaN for fewer than two onsets."""
    shifts = _onset_shifts(score)
    return float(shifts.max()) / score.resolution if _has_beats(score, shifts) else math.nan


def notes_per_second(score: Score) -> float:
    """Number of notes of a performance / seconds from 0 to its end."""
    return len(score) / score.seconds if _is_performed(score) else math.nan


def mean_duration_seconds(score: Score) -> float:
    """Mean duration of a note of a performance in seconds."""
    return _mean_duration(score) * _tick_seconds(score) if _is_performed(score) else math.nan


def mean_inter_onset_seconds(score: Score) -> float:
    """Mean time in seconds between onsets of a performance, a chord having one."""
    shifts = _onset_shifts(score)
    defined = _is_performed(score, shifts)
    return float(shifts.mean()) * _tick_seconds(score) if defined else math.nan


def longest_wait_seconds(score: Score) -> float:
    """Longest time in seconds between two onsets of a performance."""
    shifts = _onset_shifts(score)
    return float(shifts.max()) * _tick_seconds(score) if _is_performed(score, shifts) else math.nan


def duration_entropy(score: Score) -> float:
    """Shannon entropy of the durations in ticks, in bits; NaN for an empty score."""
    if not len(score):
        return math.nan
    shares = np.unique(score.notes["duration"], return_counts=True)[1] / len(score)
    return float(-(shares * np.log2(shares)).sum()) + 0.0  # never -0


def duration_histogram(score: Score) -> np.ndarray:
    """Shares of the durations, rounded to 16ths: (17,) from 0 to 16 and longer.

    All 0 for an empty score. After the note length histogram of Yang and Lerch, 2020.
    """
    resolution = score.resolution
    sixteenths = (score.notes["duration"] * 4 + resolution // 2) // resolution
    counts = np.bincount(sixteenths.clip(max=MAX_SIXTEENTHS), minlength=MAX_SIXTEENTHS + 1)
    return counts / max(1, len(score))


def _has_beats(score: Score, values: np.ndarray | None = None) -> bool:
    """Whether a metric in beats is defined: of a score on the beat, and of one value or more."""
    return not score.is_performance and bool(len(score if values is None else values))


def _is_performed(score: Score, values: np.ndarray | None = None) -> bool:
    """Whether a metric in seconds is defined: of a performance, and of one value or more."""
    return score.is_performance and bool(len(score if values is None else values))


def _mean_duration(score: Score) -> float:
    """Mean duration of a note in ticks."""
    return float(score.notes["duration"].mean())


def _onset_shifts(score: Score) -> np.ndarray:
    """Ticks from each onset to the next, a chord having one: (O - 1,)."""
    return np.diff(np.unique(score.notes["start"]))


def _tick_seconds(score: Score) -> float:
    """Duration of a tick on the grid in seconds."""
    return 60.0 / score.tempo / score.resolution


def _texture(score: Score) -> tuple[np.ndarray, np.ndarray]:
    """Spans of constant texture from 0 to the end: lengths (T,) in ticks, sounding pitches (T,)."""
    notes = score.notes[np.argsort(score.notes["pitch"], kind="stable")]
    # All pitches follow each other on one line, so that one running maximum merges overlaps.
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
    """Length of each bar with music, a pickup counting as a full bar: (bars,) ticks."""
    return score.bar_positions(score.bar_lines()[: score.bars])[2]


def _bars_of_repeated_onsets(onsets: np.ndarray) -> np.ndarray:
    """Bars of the onsets (U, 2) that the next bar has at the same place: (V,)."""
    span = int(onsets[:, 1].max()) + 1
    keys = onsets[:, 0] * span + onsets[:, 1]
    return onsets[np.isin(keys + span, keys), 0]
