"""Pitch histograms of a collection: pitches, pitch classes, intervals, notes and chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.score import Score
from musicgen.statistics.histogram import Histogram, histogram
from musicgen.theory.chords import sonorities
from musicgen.theory.pooled_notes import pooled_notes
from musicgen.theory.spelling import (
    PITCH_CLASS_NAMES,
    describe_mask,
    mask_name,
    mask_notes,
    pitch_name,
)

INTERVAL_NAMES = (
    *("unison", "minor second", "major second", "minor third", "major third", "fourth"),
    *("tritone", "fifth", "minor sixth", "major sixth", "minor seventh", "major seventh"),
    "octave",
)

_FIRST_CHORD = 128  # codes below are MIDI key numbers; chords are this + pitch classes as bits


@dataclass(frozen=True, eq=False)
class NoteFrequency:
    """Notes and chords of a collection, named as in the encoding `notes`."""

    combined: Histogram  # values: codes of notes and chords
    sizes: Histogram  # values: number of notes; 1 is a single note

    @property
    def notes(self) -> Histogram:
        """Only the single notes."""
        return self.combined.select(self.combined.values < _FIRST_CHORD)

    @property
    def chords(self) -> Histogram:
        """Only the chords."""
        return self.combined.select(self.combined.values >= _FIRST_CHORD)


def note_frequency(scores: Sequence[Score]) -> NoteFrequency:
    """Count notes and chords; a chord is the same in all registers."""
    groups = [sonorities(score) for score in scores]
    pieces = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    sizes = _concatenate([group.sizes for group in groups])
    lowest = _concatenate([group.pitches[group.first] for group in groups])
    masks = _concatenate([group.masks for group in groups])
    codes = np.where(sizes == 1, lowest, _FIRST_CHORD + masks)  # (N,)
    return NoteFrequency(histogram(codes, pieces, _token), histogram(sizes, pieces, _chord_size))


def is_chord(code: int) -> bool:
    """Whether a code of `NoteFrequency.combined` is a chord."""
    return code >= _FIRST_CHORD


def describe_code(code: int) -> str:
    """Label of a code of `NoteFrequency.combined`; for a chord with its notes and name."""
    if not is_chord(code):
        return _token(code)
    return f"{_token(code)}: {describe_mask(code - _FIRST_CHORD)}"


def chord_notes(code: int) -> str:
    """Notes of a chord of `NoteFrequency.combined` as one word."""
    return mask_notes(code - _FIRST_CHORD)


def pitches(scores: Sequence[Score]) -> Histogram:
    """Count the pitches of notes."""
    notes, pieces = pooled_notes(scores)
    return histogram(notes["pitch"], pieces, pitch_name)


def pitch_classes(scores: Sequence[Score]) -> Histogram:
    """Count the pitch classes of notes."""
    notes, pieces = pooled_notes(scores)
    return histogram(notes["pitch"] % 12, pieces, lambda value: PITCH_CLASS_NAMES[value])


def intervals(scores: Sequence[Score]) -> Histogram:
    """Count melodic intervals in semitones, positive upwards.

    A part's melody is its highest note at each onset.
    """
    notes, pieces = pooled_notes(scores)
    notes = notes[["start", "pitch", "part"]]
    order = np.lexsort((notes["pitch"], notes["start"], notes["part"], pieces))
    notes, pieces = notes[order], pieces[order]
    voice = np.stack([pieces, notes["part"]])
    same_voice = (voice[:, 1:] == voice[:, :-1]).all(axis=0)
    last = np.ones(len(notes), bool)  # of its voice and onset, and so the highest
    last[:-1] = ~(same_voice & (notes["start"][1:] == notes["start"][:-1]))
    voice, tops, pieces = voice[:, last], notes["pitch"][last].astype(int), pieces[last]
    follows = (voice[:, 1:] == voice[:, :-1]).all(axis=0)
    return histogram(np.diff(tops)[follows], pieces[1:][follows], interval_name)


def interval_name(semitones: int) -> str:
    """Name of a melodic interval: -3 is "minor third down"."""
    size = abs(semitones)
    if size <= 12:
        words = INTERVAL_NAMES[size]
    else:
        octaves, rest = divmod(size, 12)
        words = f"{octaves} octave{'s' if octaves > 1 else ''}"
        words += f" and a {INTERVAL_NAMES[rest]}" if rest else ""
    return words if not semitones else f"{words} {'up' if semitones > 0 else 'down'}"


def _token(code: int) -> str:
    return pitch_name(code) if code < _FIRST_CHORD else mask_name(code - _FIRST_CHORD)


def _chord_size(size: int) -> str:
    return "single note" if size == 1 else f"chord of {size} notes"


def _concatenate(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
