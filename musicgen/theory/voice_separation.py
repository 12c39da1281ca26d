"""Which part plays which note: a model of `events` writes all parts as one.

Each part sings one note at a time and moves as little as it can, and no part crosses another
where that can be helped: what Huron (2001, Tone and Voice) calls pitch proximity and the
avoidance of crossing. Of the ways to give the notes of one onset to the parts the cheapest is
taken, in semitones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import numpy as np

from musicgen.score import Score

MAX_PARTS = 16
_TAKEN = 1000.0  # for a second note at once in one part
_CROSSED = 12.0  # for each part whose note is on the wrong side
_STRANGE = 0.5  # for each semitone from the part's usual place, beside 1 from its latest note


def separate_voices(score: Score, count: int) -> Score:
    """The same notes given to `count` parts, the highest first."""
    if not len(score) or count < 1:
        return score
    notes = score.notes.copy()
    notes["part"] = _parts_of(score.notes, count) if count > 1 else 0
    return replace(score, notes=notes)


def monophonic_parts(score: Score) -> int:
    """How many parts a score has, where each of them has one note at a time; otherwise 0."""
    notes = score.notes[np.lexsort((score.notes["start"], score.notes["part"]))]
    same = notes["part"][1:] == notes["part"][:-1]
    at_once = same & (notes["start"][1:] < notes["start"][:-1] + notes["duration"][:-1])
    parts = len(np.unique(notes["part"]))
    return parts if parts <= MAX_PARTS and not at_once.any() else 0


def _parts_of(notes: np.ndarray, count: int) -> np.ndarray:
    """The part of each note (N,), notes by start and pitch."""
    usual = _usual_places(notes, count)
    latest, ends = list(usual), [0] * count
    parts = np.zeros(len(notes), np.int16)
    columns = (notes[name].tolist() for name in ("start", "pitch", "duration"))
    rows = enumerate(zip(*columns, strict=True))
    for start, group in groupby(rows, key=lambda row: row[1][0]):
        chord = sorted(group, key=lambda row: -row[1][1])  # the highest first
        pitches = [pitch for _, (_, pitch, _) in chord]
        held = [at if end > start else None for at, end in zip(latest, ends, strict=True)]
        costs = [_costs(pitch, latest, usual, held) for pitch in pitches]
        for (number, (_, pitch, duration)), part in zip(chord, _cheapest(costs), strict=True):
            parts[number] = part
            latest[part], ends[part] = pitch, start + duration
    return parts


def _usual_places(notes: np.ndarray, count: int) -> list[float]:
    """Where each part is found as a rule: the medians of full chords, from the highest down.

    Where no onset has as many notes as there are parts, they lie evenly over the range.
    """
    chords = [
        sorted((pitch for _, pitch in group), reverse=True)
        for _, group in groupby(notes[["start", "pitch"]].tolist(), key=itemgetter(0))
    ]
    full = [chord for chord in chords if len(chord) == count]
    if full:
        return [float(place) for place in np.median(full, axis=0)]
    return np.linspace(notes["pitch"].max(), notes["pitch"].min(), count).tolist()


def _costs(
    pitch: int, latest: Sequence[float], usual: Sequence[float], held: Sequence[float | None]
) -> list[float]:
    """What it costs each part to play a pitch."""
    costs = []
    for part, (before, place) in enumerate(zip(latest, usual, strict=True)):
        cost = abs(pitch - before) + _STRANGE * abs(pitch - place)
        cost += _TAKEN * (held[part] is not None)
        for other, sounding in enumerate(held):
            if sounding is not None and (other < part) == (sounding < pitch) and other != part:
                cost += _CROSSED
        costs.append(cost)
    return costs


def _cheapest(costs: Sequence[Sequence[float]]) -> list[int]:
    """For notes from high to low a part each, never a higher one than before, at least cost.

    costs: of each note for each part.
    """
    best, steps = list(costs[0]), []
    for row in costs[1:]:
        come, reached = [], []
        for part, cost in enumerate(row):
            before = min(range(part + 1), key=lambda each: best[each] + _TAKEN * (each == part))
            come.append(before)
            reached.append(best[before] + _TAKEN * (before == part) + cost)
        steps.append(come)
        best = reached
    path = [min(range(len(best)), key=best.__getitem__)]
    for come in reversed(steps):
        path.append(come[path[-1]])
    return path[::-1]
