"""Tracks of the parts of a MusicXML file, where the program that wrote it says them.

A part of a score can be written on several staves, and several parts can be of one track; a file
of this program says so in a field that others pass over.
"""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

from musicgen.corpus.readers.written_score import Notation

TRACKS_FIELD = "musicgen-tracks"  # of the identification: a track for each part of the part list
_MAX_TRACK = 32_767


def encoded_tracks(root: Element, parts: int) -> list[int] | None:
    """Track of each part of the part list; None if the file does not say them all."""
    for field in root.iterfind("identification/miscellaneous/miscellaneous-field"):
        if field.get("name") == TRACKS_FIELD:
            words = (field.text or "").split()
            tracks = [int(word) for word in words if word.isascii() and word.isdigit()]
            if len(tracks) == len(words) == parts and all(t <= _MAX_TRACK for t in tracks):
                return tracks
    return None


def with_tracks(notation: Notation, tracks: list[int]) -> Notation:
    """The notation with the tracks that the file says in place of the numbers of its parts."""
    parts = tuple(replace(part, track=tracks[part.track]) for part in notation.score.parts)
    return replace(notation, score=replace(notation.score, parts=parts))
