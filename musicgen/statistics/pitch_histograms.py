"""Which pitches a collection has: keys, pitch classes, intervals, notes and chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.score import Score, pooled_notes
from musicgen.statistics.histogram import Histogram, histogram
from musicgen.theory.chords import sonorities
from musicgen.theory.spelling import PITCH_CLASS_NAMES, describe_mask, mask_name, pitch_name

INTERVAL_NAMES = (
    *("unison", "minor second", "major second", "minor third", "major third", "fourth"),
    *("tritone", "fifth", "minor sixth", "major sixth", "minor seventh", "major seventh"),
    "octave",
)

_CHORDS = 128  # codes below it are keys, from it on the pitch classes of chords as bits


@dataclass(frozen=True, eq=False)
class NoteFrequency:
    """The notes and chords of a collection, as the encoding `notes` names them."""

    combined: Histogram  # values: MIDI key numbers, or 128 and the chord's pitch classes as bits
    sizes: Histogram  # values: notes in a chord; 1 is a single note

    @property
    def notes(self) -> Histogram:
        return self.combined.select(self.combined.values < _CHORDS)

    @property
    def chords(self) -> Histogram:
        return self.combined.select(self.combined.values >= _CHORDS)


def note_frequency(scores: Sequence[Score]) -> NoteFrequency:
    """How often each note and each chord occurs, whatever the chord's register."""
    found = [sonorities(score.notes) for score in scores]
    pieces = np.repeat(np.arange(len(found)), [len(each) for each in found])
    sizes = _joined([each.sizes for each in found])
    lowest = _joined([each.pitches[each.first] for each in found])
    masks = _joined([each.masks for each in found])
    codes = np.where(sizes == 1, lowest, _CHORDS + masks)  # (N,)
    return NoteFrequency(histogram(codes, pieces, _token), histogram(sizes, pieces, _chord_size))


def is_chord(code: int) -> bool:
    """Whether a value of `NoteFrequency.combined` is a chord's, and no single note's."""
    return code >= _CHORDS


def describe_code(code: int) -> str:
    """A value of `NoteFrequency.combined` as its label and, of a chord, what it is made of."""
    return f"{_token(code)}: {describe_mask(code - _CHORDS)}" if is_chord(code) else _token(code)


def pitches(scores: Sequence[Score]) -> Histogram:
    """How often each key is struck, from the lowest to the highest."""
    notes, pieces = pooled_notes(scores)
    return histogram(notes["pitch"], pieces, pitch_name)


def pitch_classes(scores: Sequence[Score]) -> Histogram:
    """How often each of the twelve pitch classes is struck."""
    notes, pieces = pooled_notes(scores)
    return histogram(notes["pitch"] % 12, pieces, lambda value: PITCH_CLASS_NAMES[value])


def intervals(scores: Sequence[Score]) -> Histogram:
    """Steps and leaps of the melodies, in semitones; rising is positive.

    A part's melody is its highest note at each onset.
    """
    notes, pieces = pooled_notes(scores)
    notes = notes[["start", "pitch", "part"]]
    order = np.lexsort((notes["pitch"], notes["start"], notes["part"], pieces))
    notes, pieces = notes[order], pieces[order]
    voice = np.stack([pieces, notes["part"]])
    same_voice = (voice[:, 1:] == voice[:, :-1]).all(axis=0)
    last = np.ones(len(notes), bool)  # of its voice and onset, so the highest
    last[:-1] = ~(same_voice & (notes["start"][1:] == notes["start"][:-1]))
    voice, tops, pieces = voice[:, last], notes["pitch"][last].astype(int), pieces[last]
    follows = (voice[:, 1:] == voice[:, :-1]).all(axis=0)
    return histogram(np.diff(tops)[follows], pieces[1:][follows], interval_name)


def interval_name(semitones: int) -> str:
    """A melodic interval in words: -3 is "minor third down"."""
    size = abs(semitones)
    if size <= 12:
        words = INTERVAL_NAMES[size]
    else:
        octaves, rest = divmod(size, 12)
        words = f"{octaves} octave{'s' if octaves > 1 else ''}"
        words += f" and a {INTERVAL_NAMES[rest]}" if rest else ""
    return words if not semitones else f"{words} {'up' if semitones > 0 else 'down'}"


def _token(code: int) -> str:
    return pitch_name(code) if code < _CHORDS else mask_name(code - _CHORDS)


def _chord_size(size: int) -> str:
    return "single note" if size == 1 else f"chord of {size} notes"


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
