"""Melodies of scores: the highest line of the highest part, of many scores at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.score import Score
from musicgen.theory.chosen_parts import MELODY_NAME

MAX_NOTES = 4096  # of a piece that are looked at
MIN_SOUNDING = 0.25  # of the time that the piece's busiest part sounds
ABOVE_ALL = 128  # semitones
MAX_HELD = 8  # onsets for which a higher note is seen to sound on


@dataclass(frozen=True)
class Melodies:
    """Notes of the melodies of several scores, one score after another."""

    pitch: np.ndarray  # (N,) int64
    piece: np.ndarray  # (N,) number of the note's score, in ascending order
    on_beat: np.ndarray  # (N,) bool, whether the note sounds at the beginning of a beat


def melodies_of(scores: Sequence[Score]) -> Melodies:
    """The melodies of scores on the grid, without drums.

    A melody is in the part with the highest mean pitch, of those that sound for at least
    MIN_SOUNDING as long as the one that sounds longest: a soprano, a flute, a right hand. A part
    whose name says so comes before: in songs others often play above the tune.
    In a part with chords, or where all parts are one, it has the highest note of each onset, save
    for onsets at which a higher note is still held.
    """
    notes, piece, part = _all_notes(scores)
    order = np.argsort(part, kind="stable")  # of a part by start and pitch
    notes, piece, part = notes[order], piece[order], part[order]
    start = notes["start"].astype(np.int64)
    highest = np.ones(len(notes), dtype=bool)
    highest[:-1] = (start[1:] != start[:-1]) | (part[1:] != part[:-1])
    notes, piece, part, start = notes[highest], piece[highest], part[highest], start[highest]
    gap = np.full(len(notes), np.iinfo(np.int64).max)  # ticks to the next onset of the part
    gap[:-1] = np.where(part[1:] == part[:-1], np.diff(start), gap[:-1])
    named = [bool(MELODY_NAME.search(part.name)) for score in scores for part in score.parts]
    chosen = _is_melody_part(notes, piece, part, gap, np.array(named, dtype=bool))
    notes, piece, start = notes[chosen], piece[chosen], start[chosen]
    is_top = ~_is_covered(notes, piece)
    pitch, piece, start = notes["pitch"][is_top].astype(np.int64), piece[is_top], start[is_top]
    return Melodies(pitch, piece, _is_on_beat(start, piece, scores))


def _all_notes(scores: Sequence[Score]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Notes of all scores, with the number of their score and of their part: 3 x (N,).

    Part numbers count through the scores: those of a later score are higher.
    """
    tables = [score.notes[:MAX_NOTES] for score in scores]
    if not tables:
        return Score().notes, np.zeros(0, np.int64), np.zeros(0, np.int64)
    notes = np.concatenate(tables)
    piece = np.repeat(np.arange(len(scores)), list(map(len, tables)))
    parts = np.array([len(score.parts) for score in scores], np.int64)
    return notes, piece, (np.cumsum(parts) - parts)[piece] + notes["part"]


def _is_melody_part(
    notes: np.ndarray, piece: np.ndarray, part: np.ndarray, gap: np.ndarray, named: np.ndarray
) -> np.ndarray:
    """Whether each note is of the part that has its piece's melody: (N,) bool.

    named: parts that their names call melodies, (parts,) bool.
    """
    if not len(notes):
        return np.zeros(0, dtype=bool)
    count, ticks = int(piece[-1]) + 1, np.minimum(notes["duration"], gap)
    sounding = np.bincount(part, ticks, len(named))  # (parts,) ticks
    mean = np.bincount(part, ticks * notes["pitch"], len(named)) / np.maximum(sounding, 1)
    mean[named] += ABOVE_ALL
    longest = np.zeros(count)
    np.maximum.at(longest, piece, sounding[part])
    mean[part[sounding[part] < MIN_SOUNDING * longest[piece]]] = -1
    highest = np.full(count, -1.0)
    np.maximum.at(highest, piece, mean[part])
    is_highest = mean[part] == highest[piece]
    first = np.full(count, np.iinfo(np.int64).max)  # of several parts as high, the first
    np.minimum.at(first, piece[is_highest], part[is_highest])
    return part == first[piece]


def _is_covered(notes: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """Whether a higher note of the same piece sounds through half of each note: (N,) bool."""
    pitch, start = notes["pitch"], notes["start"].astype(np.int64)
    end, middle = start + notes["duration"], start + notes["duration"] // 2
    covered = np.zeros(len(notes), dtype=bool)
    for lag in range(1, min(MAX_HELD, len(notes) - 1) + 1):
        higher = (pitch[:-lag] > pitch[lag:]) & (piece[:-lag] == piece[lag:])
        covered[lag:] |= higher & (end[:-lag] >= middle[lag:])
    return covered


def _is_on_beat(start: np.ndarray, piece: np.ndarray, scores: Sequence[Score]) -> np.ndarray:
    """Whether each note of the melodies is the latest at the beginning of a beat: (N,) bool."""
    beats = np.array([_beat(score) for score in scores], np.int64).reshape(-1, 2)[piece]
    origin, beat = beats[:, 0], beats[:, 1]  # (N,), (N,)
    next_beat = origin + -(-(start - origin) // beat) * beat
    on_beat = np.ones(len(start), dtype=bool)
    on_beat[:-1] = (next_beat[:-1] < start[1:]) | (piece[1:] != piece[:-1])
    return on_beat


def _beat(score: Score) -> tuple[int, int]:
    """A tick at which a beat begins, and the ticks of a beat: a third of the bar in 9/8."""
    metre, *later = score.metres
    if later and later[0].start == metre.bar_ticks(score.resolution):  # after a pickup
        metre = later[0]
    is_compound = metre.denominator >= 8 and metre.numerator % 3 == 0
    ticks = 4 * score.resolution * (3 if is_compound else 1) // metre.denominator
    return metre.start, max(1, ticks)
