"""What notation does not say of a score, where the program that wrote a MusicXML file says it.

A part of a score can be written on several staves, and several parts can be of one track; a bar
that the next metre cuts short looks like one with a metre of its own; a key signature may have
been estimated from the notes. A file of this program says so in fields that others pass over. They
count as long as the file is as it was written: not where the bars or the key have been changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from xml.etree.ElementTree import Element

import numpy as np

from musicgen.corpus.readers.metres import Signature
from musicgen.corpus.readers.written_score import Notation
from musicgen.metres import TICKS_PER_QUARTER, Metre
from musicgen.score import Score
from musicgen.score_fields import KeySignature

# Names of fields of the identification.
TRACKS_FIELD = "musicgen-tracks"  # a track for each part of the part list
METRES_FIELD = "musicgen-metres"  # `0:4/4 72:2/4`, in ticks of the grid
KEYS_FIELD = "musicgen-keys"  # `0:1 72:-3m`, `m` of a minor key, also those after the last bar
ESTIMATED_KEY_FIELD = "musicgen-estimated-key"  # fifths of a key signature that the score lacks
_MAX_TRACK = 32_767
_METRE = re.compile(r"(\d{1,10}):(\d{1,2})/(\d{1,2})")
_KEY = re.compile(r"(\d{1,10}):(-?\d)(m?)")
_INTEGER = re.compile(r"-?\d{1,2}")


def metres_text(metres: Sequence[Metre]) -> str:
    """Metres as their field has them."""
    return " ".join(f"{metre.start}:{metre}" for metre in metres)


def keys_text(keys: Sequence[KeySignature]) -> str:
    """Key signatures as their field has them."""
    return " ".join(f"{key.start}:{key.fifths}{'m' * key.is_minor}" for key in keys)


def encoded_tracks(root: Element, parts: int) -> list[int] | None:
    """Track of each part of the part list; None if the file does not say them all."""
    words = _field(root, TRACKS_FIELD).split()
    tracks = [int(word) for word in words if word.isascii() and word.isdigit()]
    is_said = tracks and len(tracks) == len(words) == parts
    return tracks if is_said and max(tracks) <= _MAX_TRACK else None


def with_tracks(notation: Notation, tracks: list[int]) -> Notation:
    """The notation with the tracks that the file says in place of the numbers of its parts."""
    parts = tuple(replace(part, track=tracks[part.track]) for part in notation.score.parts)
    return replace(notation, score=replace(notation.score, parts=parts))


def with_encoded_marks(root: Element, notation: Notation, bars: Sequence[Signature]) -> Notation:
    """The notation with the metres that the file says, and without a key that was estimated.

    bars: start in ticks, numerator and denominator of each bar as written.
    """
    score = notation.score
    scale, remainder = divmod(score.resolution, TICKS_PER_QUARTER)  # the fields are on the grid
    if remainder:
        return notation
    key = _field(root, ESTIMATED_KEY_FIELD)
    if _INTEGER.fullmatch(key) and score.keys == (KeySignature(0, int(key)),):
        score = replace(score, keys=())
    with suppress(ValueError):  # of keys that no score has
        score = _with_keys(score, _field(root, KEYS_FIELD), scale)
    with suppress(ValueError):  # of metres that no score has
        encoded = replace(score, metres=tuple(_metres(_field(root, METRES_FIELD), scale)))
        if _have_bars(encoded, score, bars):
            score = encoded
    return replace(notation, score=score)


def _with_keys(score: Score, text: str, scale: int) -> Score:
    """The score with the keys of a field, if those in its bars are those that are written."""
    matches = filter(None, map(_KEY.fullmatch, text.split()))
    keys = tuple(KeySignature(scale * int(m[1]), int(m[2]), bool(m[3])) for m in matches)
    lines = score.bar_lines()
    stop = int(lines[lines >= score.end][0])
    in_bars = replace(score, keys=tuple(key for key in keys if key.start < stop))
    return replace(score, keys=keys) if keys and (in_bars == score or not score.keys) else score


def _metres(text: str, scale: int) -> list[Metre]:
    matches = (_METRE.fullmatch(word) for word in text.split())
    values = (map(int, match.groups()) for match in matches if match)
    return [Metre(scale * start, *signature) for start, *signature in values]


def _have_bars(encoded: Score, score: Score, bars: Sequence[Signature]) -> bool:
    """Whether metres give the bars that are written, with their signatures."""
    lines, others = encoded.bar_lines(), score.bar_lines()
    if not np.array_equal(lines[lines < score.end], others[others < score.end]):
        return False
    metres = [(metre.start, metre.numerator, metre.denominator) for metre in encoded.metres]
    starts = np.array([start for start, *_ in metres])
    written = np.array([start for start, *_ in bars[1:]])  # a pickup is written in the next metre
    in_force = np.searchsorted(starts, written, side="right") - 1
    rows = zip(bars[1:], in_force.tolist(), strict=True)
    return all(tuple(signature) == metres[index][1:] for (_, *signature), index in rows)


def _field(root: Element, name: str) -> str:
    for field in root.iterfind("identification/miscellaneous/miscellaneous-field"):
        if field.get("name") == name:
            return (field.text or "").strip()
    return ""
