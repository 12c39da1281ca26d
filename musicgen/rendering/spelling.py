"""How pitches are written down: sharps and flats that suit a key signature."""

from __future__ import annotations

_LINE_OF_FIFTHS = "FCGDAEB"  # each a fifth above the one before; F is position -1, C is 0
_FLATTEST, _SHARPEST = -3, 8  # in C major: from E flat, B flat to C sharp, G sharp
_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def spell(pitch: int, sharps: int) -> tuple[str, int, int]:
    """Letter, alteration in semitones and octave of a MIDI key under a key signature.

    sharps: of the signature, negative for flats. Each of the twelve pitch classes has one
    name in a key: the seven of the signature, and five neighbours on the line of fifths.
    """
    fifths = pitch * 7 % 12  # the position on the line, up to multiples of 12
    fifths += 12 * -(-(sharps + _FLATTEST - fifths) // 12)
    assert sharps + _FLATTEST <= fifths <= sharps + _SHARPEST
    turns, place = divmod(fifths + 1, 7)
    letter = _LINE_OF_FIFTHS[place]
    octave = (pitch - _NATURAL[letter] - turns) // 12 - 1
    return letter, turns, octave
