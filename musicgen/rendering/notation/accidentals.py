"""Accidentals that must be printed, given the key signature and what the bar had before."""

from __future__ import annotations

_SHARP_ORDER = "FCGDAEB"
_NAMES = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}


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
