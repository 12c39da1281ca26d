"""Voice separation: assignment of the notes of a score to parts.

A model of the encoding `events` writes all parts as one. Every part plays one note at a time,
moves as little as possible and does not cross another: Huron's pitch proximity and avoidance of
crossing (Tone and Voice, Music Perception 19, 2001). The notes of an onset are assigned at the
lowest cost, in semitones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import numpy as np

from musicgen.score import Score

MAX_PARTS = 16
UNKNOWN = -1  # part of a note that is to be found
_SHARED_COST = 1000.0  # of a second note at the same onset in one part
_HELD_COST = 1000.0  # of a new note in a part that still holds one
_CROSSING_COST = 12.0  # per part that is crossed
_REGISTER_COST = 0.5  # per semitone from the part's register; 1 per semitone from its last note


def separate_voices(score: Score, count: int, known: np.ndarray | None = None) -> Score:
    """Assign the notes of a score to `count` parts, part 0 being the highest.

    known: part of each note (N,), UNKNOWN where it is to be found.
    """
    if not len(score) or count < 1:
        return score
    notes = score.notes.copy()
    known = np.full(len(notes), UNKNOWN) if known is None else known
    notes["part"] = _assign_parts(score.notes, count, known) if count > 1 else 0
    return score.with_notes(notes)


def name_parts(score: Score, names: Sequence[str]) -> Score:
    """The score with names of its parts, from part 0 on, where it has as many and no others."""
    parts = score.parts
    if len(parts) != len(names) or any(part.name for part in parts):
        return score
    named = [replace(part, name=name) for part, name in zip(parts, names, strict=True)]
    return replace(score, parts=tuple(named))


def monophonic_parts(score: Score) -> int:
    """Number of parts of a score if none has two notes at once, else 0."""
    notes = score.notes[np.lexsort((score.notes["start"], score.notes["part"]))]
    same_part = notes["part"][1:] == notes["part"][:-1]
    overlaps = notes["start"][1:] < notes["start"][:-1] + notes["duration"][:-1]
    parts = len(np.unique(notes["part"]))
    return parts if parts <= MAX_PARTS and not (same_part & overlaps).any() else 0


def _assign_parts(notes: np.ndarray, count: int, known: np.ndarray) -> np.ndarray:
    """Part of each note: (N,), notes in order of start and pitch. known: (N,) or UNKNOWN."""
    registers = _registers(notes, count)
    last_pitches, ends = list(registers), [0] * count
    parts = known.astype(np.int16)
    columns = (notes[name].tolist() for name in ("start", "pitch", "duration"))
    rows = enumerate(zip(*columns, strict=True))
    for start, group in groupby(rows, key=lambda row: row[1][0]):
        chord = sorted(group, key=lambda row: -row[1][1])  # from the highest down
        for index, (_, pitch, duration) in chord:
            if (part := int(parts[index])) != UNKNOWN:
                last_pitches[part], ends[part] = pitch, start + duration
        chord = [row for row in chord if parts[row[0]] == UNKNOWN]
        if not chord:
            continue
        held = [
            pitch if end > start else None for pitch, end in zip(last_pitches, ends, strict=True)
        ]
        costs = [_costs(pitch, last_pitches, registers, held) for _, (_, pitch, _) in chord]
        assignment = _cheapest(costs)
        for (index, (_, pitch, duration)), part in zip(chord, assignment, strict=True):
            parts[index] = part
            last_pitches[part], ends[part] = pitch, start + duration
    return parts


def _registers(notes: np.ndarray, count: int) -> list[float]:
    """Central pitch of each part, from the highest down: the medians of chords of `count` notes.

    If there is no such chord, the parts are spaced evenly over the range.
    """
    chords = [
        sorted((pitch for _, pitch in group), reverse=True)
        for _, group in groupby(notes[["start", "pitch"]].tolist(), key=itemgetter(0))
    ]
    full = [chord for chord in chords if len(chord) == count]
    if full:
        return [float(pitch) for pitch in np.median(full, axis=0)]
    return np.linspace(notes["pitch"].max(), notes["pitch"].min(), count).tolist()


def _costs(
    pitch: int,
    last_pitches: Sequence[float],
    registers: Sequence[float],
    held: Sequence[float | None],
) -> list[float]:
    """Cost of a pitch for each part; held: the pitch that a part still holds."""
    costs = []
    for part, (last_pitch, register) in enumerate(zip(last_pitches, registers, strict=True)):
        cost = abs(pitch - last_pitch) + _REGISTER_COST * abs(pitch - register)
        cost += _HELD_COST * (held[part] is not None)
        for other, sounding in enumerate(held):
            if sounding is not None and (other < part) == (sounding < pitch) and other != part:
                cost += _CROSSING_COST
        costs.append(cost)
    return costs


def _cheapest(costs: Sequence[Sequence[float]]) -> list[int]:
    """Part of each note at the lowest total cost, by dynamic programming.

    costs: of each note, from the highest down, for each part. A note never gets a higher part than
    the note above it.
    """
    totals = list(costs[0])  # by part of the latest note
    steps: list[list[int]] = []  # best part of the note above, by part
    for row in costs[1:]:
        best_above, new_totals = [], []
        for part, cost in enumerate(row):
            shared = [totals[above] + _SHARED_COST * (above == part) for above in range(part + 1)]
            above = min(range(part + 1), key=shared.__getitem__)
            best_above.append(above)
            new_totals.append(shared[above] + cost)
        steps.append(best_above)
        totals = new_totals
    path = [min(range(len(totals)), key=totals.__getitem__)]
    for best_above in reversed(steps):
        path.append(best_above[path[-1]])
    return path[::-1]
