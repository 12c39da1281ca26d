"""Tracks of a MIDI file that go on with the notes of another track.

A channel of a track holds one note of a key at a time, and of two that overlap the one that began
first ends first. Files of this program have other notes, such as one within another, in a track of
their own, which says in a sequencer-specific meta event whose notes it has. To other programs it is
a track like any other.
"""

from __future__ import annotations

import re

import numpy as np

from musicgen.corpus.readers.midi.events import MidiEvents

SEQUENCER_SPECIFIC = 0x7F  # meta event
# Begins with the manufacturer's number for use without one.
_MARK = re.compile(rb"\x7dmusicgen: notes of track (\d{1,5}), channel (\d{1,2})")


def continuation_mark(track: int, channel: int) -> bytes:
    """Data of the meta event; track, channel: index of the track whose notes follow, 0 to 15."""
    return b"\x7dmusicgen: notes of track %d, channel %d" % (track, channel)


def continued_places(events: MidiEvents) -> np.ndarray | None:
    """Track and channel whose notes each track has: (T, 2) int64, -1 for its own; None if all."""
    remarks = [meta for meta in events.metas if meta.kind == SEQUENCER_SPECIFIC]
    if not remarks:
        return None
    count = len(events.track_ends)
    places = np.full((count, 2), -1)
    for meta in remarks:
        if mark := _MARK.fullmatch(meta.data):
            track, channel = map(int, mark.groups())
            if track < count and channel < 16:
                places[meta.track] = track, channel
    return places if (places >= 0).any() else None
