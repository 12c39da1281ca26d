"""General MIDI percussion keys on a five-line staff, as drum kits are written.

Places follow the Percussive Arts Society's guide (Norman Weinberg, Guidelines for drumset
notation): cymbals above the staff, drums from high to low, the pedals below.
"""

from __future__ import annotations

from dataclasses import dataclass

_CROSS, _NORMAL, _CIRCLED, _DIAMOND, _TRIANGLE = "x", "normal", "circle-x", "diamond", "triangle"
_PLACES: dict[int, tuple[str, str]] = {  # key: written pitch in treble clef, note head
    35: ("E4", _NORMAL),
    36: ("F4", _NORMAL),
    37: ("C5", _CROSS),
    38: ("C5", _NORMAL),
    39: ("D5", _CROSS),
    40: ("C5", _NORMAL),
    41: ("A4", _NORMAL),
    42: ("G5", _CROSS),
    43: ("A4", _NORMAL),
    44: ("D4", _CROSS),
    45: ("B4", _NORMAL),
    46: ("G5", _CIRCLED),
    47: ("D5", _NORMAL),
    48: ("E5", _NORMAL),
    49: ("A5", _CROSS),
    50: ("E5", _NORMAL),
    51: ("F5", _CROSS),
    52: ("B5", _CROSS),
    53: ("F5", _DIAMOND),
    54: ("B5", _TRIANGLE),
    55: ("B5", _CROSS),
    56: ("E5", _TRIANGLE),
    57: ("A5", _CROSS),
    59: ("F5", _CROSS),
}
_OTHER_PLACES = ("G4", "B4", "D5", "G5")  # of keys without a place of their own
_PEDALS = frozenset({35, 36, 44})  # played with the feet


@dataclass(frozen=True)
class DrumPlace:
    """Where and how a percussion key is written."""

    step: str
    octave: int
    head: str  # note head, as in MusicXML


def drum_place(key: int) -> DrumPlace:
    """Place of a percussion key on the staff; keys without one are spread by their number."""
    place, head = _PLACES.get(key) or (_OTHER_PLACES[key % len(_OTHER_PLACES)], _TRIANGLE)
    return DrumPlace(place[0], int(place[1]), head)


def is_pedal(key: int) -> bool:
    """Whether a foot plays it: such notes have their stems down."""
    return key in _PEDALS
