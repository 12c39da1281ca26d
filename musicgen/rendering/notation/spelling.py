"""Key signatures, the names of notes by them and by what sounds around, and accidentals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar
from musicgen.rendering.note_names import key_fifths, named_fifths
from musicgen.score import Score
from musicgen.score_fields import KeySignature

_SLOT = TICKS_PER_QUARTER // 2  # ticks in which notes count as sounding together
_FLATTEST, _SHARPEST = -8, 12  # F flat and B sharp, on the line of fifths
_DIATONIC = range(-1, 6)  # positions of the notes of C major
_CHANGE_COST = 1.5  # fifths, of a name other than the one by the key
_PASSING = range(-5, 10)  # places of passing notes above the key's: no raised sixth, lowered fifth
_PASSING_COST = 3.0  # fifths, of a passing note's name other than the one by its direction

_SHARP_ORDER = "FCGDAEB"
_NAMES = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}


class Spelling:
    """Spells chromatic notes near the notes that sound with them on the line of fifths.

    In G major A sharp stands between F sharp and C sharp, and B flat between G and D. A note that
    passes by semitones through a part is raised on the way up and lowered on the way down: D, D
    sharp, E, and E, E flat, D.
    """

    def __init__(self, score: Score, signatures: Sequence[KeySignature]) -> None:
        self._signatures = signatures
        slots = score.end // _SLOT + 2
        total, count = np.zeros(slots + 1), np.zeros(slots + 1)
        notes = score.pitched.notes
        columns = (notes[name].tolist() for name in ("start", "duration", "pitch"))
        for start, duration, pitch in zip(*columns, strict=True):
            sharps = self.sharps(start)
            fifths = key_fifths(pitch, sharps)
            if fifths - sharps in _DIATONIC:
                first, stop = start // _SLOT, (start + duration - 1) // _SLOT + 1
                for table, value in ((total, fifths), (count, 1)):
                    table[first] += value
                    table[stop] -= value
        kernel = np.array([1.0, 2.0, 1.0])
        sums = (np.convolve(np.cumsum(table[:-1]), kernel, "same") for table in (total, count))
        self._sums, self._counts = (values.tolist() for values in sums)
        self._passing = _passing_notes(notes)

    def sharps(self, tick: int) -> int:
        """Sharps of the key signature in force at a tick."""
        before = [key.fifths for key in self._signatures if key.start <= tick]
        return before[-1] if before else self._signatures[0].fifths

    def at_start(self, bar: Bar) -> list[KeySignature]:
        """The signature at the bar line before a bar, if there is one."""
        return [key for key in self._signatures if key.start == bar.start]

    def within(self, bar: Bar) -> list[KeySignature]:
        """Signatures inside a bar, where only files that are no notation have any."""
        return [key for key in self._signatures if bar.start < key.start < bar.stop]

    def spell(self, pitch: int, tick: int) -> tuple[str, int, int]:
        """Letter, alteration in semitones and octave of a note that begins at a tick."""
        sharps = self.sharps(tick)
        in_key, slot = key_fifths(pitch, sharps), min(tick // _SLOT, len(self._counts) - 1)
        if in_key - sharps in _DIATONIC or not self._counts[slot] > 0:
            return named_fifths(pitch, in_key)
        centre = self._sums[slot] / self._counts[slot]
        expected, cost = in_key, _CHANGE_COST
        if before := self._passing.get((tick, pitch)):
            passing = key_fifths(before, sharps) + 7 * (pitch - before)  # it keeps the letter
            if passing - sharps in _PASSING:
                expected, cost = passing, _PASSING_COST
        names = [f for f in (in_key, in_key - 12, in_key + 12) if _FLATTEST <= f <= _SHARPEST]
        best = min(names or [in_key], key=lambda f: abs(f - centre) + cost * (f != expected))
        return named_fifths(pitch, best)


def _passing_notes(notes: np.ndarray) -> dict[tuple[int, int], int]:
    """Notes between two others of their part, a semitone below one and above the other.

    Tick and pitch of each, with the pitch of the note before it.
    """
    found: dict[tuple[int, int], int] = {}
    for part in np.unique(notes["part"]).tolist():
        onsets: dict[int, set[int]] = {}
        for start, pitch in notes[notes["part"] == part][["start", "pitch"]].tolist():
            onsets.setdefault(start, set()).add(pitch)
        ticks = sorted(onsets)
        for before, tick, after in zip(ticks, ticks[1:], ticks[2:], strict=False):
            for pitch, step in product(onsets[tick], (1, -1)):
                if pitch - step in onsets[before] and pitch + step in onsets[after]:
                    found[tick, pitch] = pitch - step
    return found


class BarAccidentals:
    """Alterations that are in force in one bar of a staff."""

    def __init__(self, sharps: int) -> None:
        altered = _SHARP_ORDER[:sharps] if sharps >= 0 else _SHARP_ORDER[sharps:]
        self._signature = dict.fromkeys(altered, 1 if sharps > 0 else -1)
        self._in_bar: dict[tuple[str, int], int] = {}

    def printed(self, letter: str, alteration: int, octave: int, is_tied: bool) -> str:
        """MusicXML's name of the accidental to print before a note; empty for none.

        is_tied: whether a tie leads to the note, which then needs none.
        """
        place = letter, octave
        in_force = self._in_bar.get(place, self._signature.get(letter, 0))
        if is_tied or in_force == alteration:
            return ""
        self._in_bar[place] = alteration
        return _NAMES[alteration]
