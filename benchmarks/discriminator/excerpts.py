"""Excerpts of pieces on equal terms.

Composed pieces come in parts, those of a collection may be merged; tempo, velocity and instrument
of a piece are often not composed at all. So every piece, whoever wrote it, is taken through the
model's encoding, then merged into one part without velocities and programmes on a grid of twelfths
of a quarter, and its notes are divided among voices again, by the same rule for all
(`theory/voice_separation.py`). What else it had is never looked at. Where the encoding keeps parts,
`in_own_parts` makes excerpts in these, for a comparison of its own.

All excerpts have the same number of notes, from the beginning, and none reaches the last bar. So
neither its length nor its end gives a piece away. The number is that which four fifths of people's
pieces have, and four fifths of the composed ones, 220 at most; shorter pieces, whoever wrote them,
are left out. If few of the composed ones were long enough, those with the most notes a bar would
stand for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from benchmarks.harmony.chords import (
    Chords,
    beat_length,
    chords_at_beats,
    chords_at_onsets,
)
from benchmarks.harmony.figures import KRUMHANSL_PROFILES
from musicgen.corpus.readers.read_score import read_score
from musicgen.encoding.events import DEFAULT_VELOCITY, EventsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score
from musicgen.theory.keys import Key, find_keys
from musicgen.theory.voice_separation import monophonic_parts, separate_voices

MAX_NOTES = 220
MIN_NOTES = 24
SHORTEST = 20  # percentile of the pieces of a set; those with fewer notes are left out
MAX_VOICES = 4
CHECKED_PIECES = 50


@dataclass(frozen=True, eq=False)
class Excerpt:
    """Beginning of a piece, in voices, and the whole piece."""

    score: Score  # part 0 is the highest voice
    piece: Score  # one part
    key: Key  # of the excerpt
    piece_key: Key

    @cached_property
    def beats(self) -> Chords:
        return chords_at_beats(self.score)

    @cached_property
    def onsets(self) -> Chords:
        return chords_at_onsets(self.score)

    @cached_property
    def voices(self) -> list[np.ndarray]:
        """Notes of each voice, from the highest down, in order of start."""
        notes = self.score.notes
        return [notes[notes["part"] == part] for part in range(MAX_VOICES)]

    @cached_property
    def beat(self) -> int:
        """Length of the last metre's beat in ticks."""
        return beat_length(self.score.metres[-1], self.score.resolution)

    @cached_property
    def is_on_beat(self) -> np.ndarray:
        """Whether each of `onsets` is one of `beats`: (O,) bool."""
        return np.isin(self.onsets.ticks, self.beats.ticks)


def merged(score: Score, encoding: Encoding) -> Score:
    """The score as the encoding represents it, as one part without velocity and programme."""
    represented = encoding.canonical(score).pitched
    own = EventsEncoding(clock="seconds" if represented.is_performance else "beats")
    return own.canonical(represented)


def in_own_parts(score: Score, encoding: Encoding, voices: int) -> Score | None:
    """The score as the encoding represents it, in its own parts from the highest down.

    None unless it has `voices` parts of one note at a time, as it never has in an encoding that
    merges them.
    """
    represented = encoding.canonical(score).pitched
    if monophonic_parts(represented) != voices:
        return None
    notes = represented.notes.copy()
    names, part = np.unique(notes["part"], return_inverse=True)
    heights = [notes["pitch"][part == index].mean() for index in range(len(names))]
    notes["part"] = np.argsort(np.argsort(heights)[::-1])[part]
    notes["velocity"], notes["program"] = DEFAULT_VELOCITY, 0
    return represented.with_notes(notes)


def voice_count(scores: Sequence[Score]) -> int:
    """Most pitches at once at a beat of a piece, at the median, at most MAX_VOICES."""
    most = [chords_at_beats(s).sounding.sum(axis=1).max() for s in scores if len(s)]
    return int(np.clip(np.median(most), 1, MAX_VOICES)) if most else 1


def notes_before_last_bar(score: Score) -> int:
    """Number of notes that begin before the last bar."""
    bars = score.bar_positions(score.notes["start"])[0]
    return int((bars < bars.max()).sum()) if len(bars) else 0


def excerpt_length(*sets: Sequence[Score]) -> int:
    """Number of notes that four fifths of the pieces of each set have before their last bar."""
    lengths = [[notes_before_last_bar(score) for score in scores] for scores in sets]
    shortest = min(np.percentile(of_set, SHORTEST) for of_set in lengths)
    return int(np.clip(shortest, MIN_NOTES, MAX_NOTES))


def excerpts(scores: Sequence[Score], notes: int, voices: int | None) -> list[Excerpt | None]:
    """Excerpts of scores; None of those that have too few notes.

    voices: number of voices that merged scores are divided among; None: they have their own parts.
    """
    keys = find_keys(scores, KRUMHANSL_PROFILES)
    rows: list[Excerpt | None] = []
    for score, piece_key in zip(scores, keys, strict=True):
        if piece_key is None or notes_before_last_bar(score) < notes:
            rows.append(None)
            continue
        beginning = separate_voices(replace(score, notes=score.notes[:notes]), voices or 0)
        [key] = find_keys([beginning], KRUMHANSL_PROFILES)
        rows.append(Excerpt(beginning, score, key or piece_key, piece_key))
    return rows


def unchanged_share(scores: Sequence[Score], encoding: Encoding, voices: int) -> float:
    """Share of merged scores that stay the same on the way of a composed piece.

    That is: divided among voices, written as MIDI, read, and merged again.
    """
    same = []
    for score in scores[:CHECKED_PIECES]:
        data = midi_bytes(separate_voices(score, voices))
        again = merged(read_score(data, "piece.mid"), encoding)
        same.append(_what_is_seen(again) == _what_is_seen(score))
    return float(np.mean(same))


def _what_is_seen(score: Score) -> tuple[object, ...]:
    notes = score.notes[["start", "duration", "pitch"]].tolist()
    return notes, score.metres, score.is_performance
