"""Voices of composed pieces: notes that were there before keep the part that they were in.

A model of the encoding `events` writes all parts as one. A melody that is typed or played in stays
one part where such a model goes on from it, and so do the bars around those that it composes again.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from musicgen.composing.generation import OnBar
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.sampling import part_names
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.grid import Grid
from musicgen.score import Score
from musicgen.theory.voice_separation import UNKNOWN, name_parts, separate_voices


def in_voices(
    score: Score,
    settings: ComposeSettings,
    profile: TrainingProfile,
    primer: Score | None = None,
    semitones: int = 0,
) -> Score:
    """The score in parts, with the names that they have in the collection.

    primer: music on the grid that the score begins with, whose parts are kept. semitones: by which
    the score was transposed since.
    """
    count = settings.parts or 0
    known = None
    if primer is not None:
        known = known_voices(primer, voices_of_parts(primer, count), score, semitones)
    score = separate_voices(score, count, known)
    return name_parts(score, part_names(settings, profile.styles))


def reporting_voices(
    on_bar: OnBar | None,
    settings: ComposeSettings,
    profile: TrainingProfile,
    primer: Score | None = None,
) -> OnBar | None:
    """Wrap a callback so that it gets the score in parts, as the finished piece is."""
    if on_bar is None:
        return None

    def on_bar_in_parts(variation: int, bars: int, score: Score) -> None:
        on_bar(variation, bars, in_voices(score, settings, profile, primer))

    return on_bar_in_parts


def placed_on_grid(score: Score, grid: Grid) -> Score:
    """The score on the clock of a grid, without drums; its notes begin at units of the grid."""
    placed = grid.place(score)
    notes = placed.notes.copy()
    notes["start"] = np.rint(notes["start"] / grid.ticks) * grid.ticks
    return placed.with_notes(notes)


def voices_of_parts(score: Score, count: int) -> dict[int, int]:
    """Voice of each part of a score with notes, by part number: its own, or from the highest down.

    None has one where there are more than `count`, or where one strikes several keys at once: its
    notes are then divided like all others.
    """
    notes = score.notes
    used = np.unique(notes["part"]).tolist()
    if len(used) > count or len(np.unique(notes[["start", "part"]])) < len(notes):
        return {}
    registers = {part: float(np.median(notes["pitch"][notes["part"] == part])) for part in used}
    falls = [np.sign(registers[a] - registers[b]) for a, b in combinations(used, 2)]
    if used[-1] < count and len(used) > 1 and sum(falls) >= 0:
        return {part: part for part in used}  # on the whole they are voices already
    from_highest = sorted(used, key=lambda part: -registers[part])
    return {part: voice for voice, part in enumerate(from_highest)}


def known_voices(
    before: Score, voices: Mapping[int, int], score: Score, semitones: int = 0
) -> np.ndarray:
    """Voice of each note of a score that is in music from before: (N,), UNKNOWN for the others.

    voices: by part number of the music before. semitones: by which the score was transposed since.
    """
    rows = before.notes[["start", "pitch", "part"]].tolist()
    known = {(start, pitch + semitones): voices.get(part, UNKNOWN) for start, pitch, part in rows}
    keys = score.notes[["start", "pitch"]].tolist()
    return np.array([known.get(key, UNKNOWN) for key in keys], np.int64)
