"""Names of pitches, as musicians write them."""

from __future__ import annotations

import re

from musicgen.errors import InvalidSetting
from musicgen.score import Score
from musicgen.score_fields import KeySignature
from musicgen.theory.keys import find_keys
from musicgen.theory.spelling import SIGNS, fifths_name

SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_PITCH = re.compile(r"([A-Ga-g])([#b]{0,2})(-?\d)")
_WORDS = {"♯": "sharp", "♭": "flat"}
_ALTERATIONS = {"#": 1, "b": -1}
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_FLATTEST, _SHARPEST = -3, 8  # positions in C major: E flat to G sharp


def pitch_name(pitch: int, sharps: int | None = None) -> str:
    """Name of a MIDI pitch: 60 is C4.

    sharps: of the key signature, negative for flats; without one, black keys are sharps.
    """
    if sharps is None:
        return f"{with_signs(SHARP_NAMES[pitch % 12])}{pitch // 12 - 1}"
    return full_name(*spell(pitch, sharps))


def full_name(letter: str, alteration: int, octave: int) -> str:
    """`B♭3` of B, -1 and 3."""
    return f"{letter}{SIGNS[alteration]}{octave}"


def with_signs(name: str) -> str:
    """Name of a pitch class with ♯ for `#` and ♭ for music21's `-`: E♭ of `E-`."""
    return name.replace("#", "♯").replace("-", "♭")


def as_typed(name: str) -> str:
    """Name as it is typed: `Bb3` of B♭3."""
    for alteration, sign in SIGNS.items():
        if sign:
            name = name.replace(sign, "#" * alteration + "b" * -alteration)
    return name


def in_words(name: str) -> str:
    """Name without signs: `F sharp minor` of F♯ minor."""
    for sign, word in _WORDS.items():
        name = name.replace(sign, f" {word}")
    return name


def searched_text(text: str) -> str:
    """Text that words are searched in, in small letters: keys also as typed and in words."""
    return " ".join(dict.fromkeys((text, as_typed(text), in_words(text)))).casefold()


def key_label(key: str) -> str:
    """A key's name with signs: `B♭ major` of `Bb major`."""
    tonic, separator, scale = key.partition(" ")
    return f"{tonic.replace('#', '♯').replace('b', '♭')}{separator}{scale}"


def parse_pitch(name: str) -> int:
    """MIDI pitch of a name: C4 is 60, as are B#3 and Dbb4. Raises InvalidSetting."""
    match = _PITCH.fullmatch(as_typed(name))
    if match is None:
        raise InvalidSetting("write a letter from A to G, # or b, and an octave, such as Bb3")
    letter, accidentals, octave = match.groups()
    alteration = sum(_ALTERATIONS[sign] for sign in accidentals)
    pitch = _NATURALS[letter.upper()] + alteration + 12 * (int(octave) + 1)
    if not 0 <= pitch <= 127:
        raise InvalidSetting("it is beyond what MIDI can play")
    return pitch


def spell(pitch: int, sharps: int) -> tuple[str, int, int]:
    """Letter, alteration in semitones and octave of a MIDI pitch under a key signature.

    sharps: of the signature, negative for flats. Every pitch class has one name in a key: seven
    are those of the signature, the other five their neighbours on the line of fifths.
    """
    return named_fifths(pitch, key_fifths(pitch, sharps))


def key_fifths(pitch: int, sharps: int) -> int:
    """Position on the line of fifths, C being 0, of a MIDI pitch's name under a key signature."""
    fifths = pitch * 7 % 12  # up to multiples of 12
    fifths += 12 * -(-(sharps + _FLATTEST - fifths) // 12)
    assert sharps + _FLATTEST <= fifths <= sharps + _SHARPEST
    return fifths


def named_fifths(pitch: int, fifths: int) -> tuple[str, int, int]:
    """Letter, alteration in semitones and octave of a MIDI pitch with a place on that line."""
    letter, alteration = fifths_name(fifths)
    octave = (pitch - _NATURALS[letter] - alteration) // 12 - 1
    return letter, alteration, octave


def key_signature(score: Score) -> int | None:
    """Sharps of the key that key analysis finds, negative for flats; None without notes.

    Five flats in place of seven sharps.
    """
    [key] = find_keys([score])
    return key.signature if key else None


def key_signatures(score: Score) -> tuple[KeySignature, ...]:
    """Signatures that notes are named by: those of the score, or that of its estimated key."""
    return score.keys or (KeySignature(0, key_signature(score.pitched) or 0),)
