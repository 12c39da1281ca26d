"""Notes of a MIDI file: the events of their beginning and of their end brought together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicgen.corpus.readers.midi.events import CONTROL, NOTE_ON, MidiEvents, run_starts

_CHANNELS = 16
_MAX_SHORT_TRACKS = 2**16 // (_CHANNELS * 128)  # their keys have 16 bits
_ALL_NOTES_OFF = (120, 123, 124, 125, 126, 127)  # controllers; changes of mode do so too


@dataclass(frozen=True)
class MidiNotes:
    """Notes of all tracks in the order of their note-ons, (N,) each; times in ticks."""

    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray
    channel: np.ndarray
    track: np.ndarray  # index of the track
    event: np.ndarray  # index of the note-on among the channel events
    release: np.ndarray  # index of the release among the channel events; -1 if there is none
    is_unreleased: np.ndarray  # bool: without a release of its own
    ends_with_track: np.ndarray  # bool: without any release of its key after it

    def __len__(self) -> int:
        return len(self.start)


def pair_notes(events: MidiEvents) -> MidiNotes:
    """Notes of all tracks: a release ends the oldest note that sounds on its key.

    All note-ons become notes. One without a release of its own ends with the last release of its
    key after it, or else at the end of its track, or sooner where all notes of its channel end.
    Releases of keys that do not sound are ignored.
    """
    rows = (events.kinds <= NOTE_ON).nonzero()[0]
    is_on = (events.kinds[rows] == NOTE_ON) & (events.second[rows] > 0)
    on = is_on.nonzero()[0]
    release, is_own = _releases(_keys(events, rows), is_on, on)
    event = rows[on]
    track, ticks = events.tracks[event], events.ticks
    ending = rows[release]
    end, ends_with_track = ticks[ending], release < 0
    if not is_own.all():
        end = np.where(ends_with_track, events.track_ends[track], end)
        ending[~is_own] = -1
    notes = MidiNotes(
        ticks[event],
        end,
        events.first[event],
        events.second[event],
        events.channels[event],
        track,
        event,
        ending,
        ~is_own,
        ends_with_track,
    )
    if notes.is_unreleased.any():
        _end_all(notes, events)
    return notes


def _keys(events: MidiEvents, rows: np.ndarray) -> np.ndarray:
    """A number for the track, channel and pitch of each event of a key: (E,) -> (E,)."""
    # The smallest type: 16 bits are sorted in half the time.
    kind = np.uint16 if len(events.track_ends) <= _MAX_SHORT_TRACKS else np.int32
    key = events.tracks[rows].astype(kind) * _CHANNELS + events.channels[rows]
    return key << 7 | events.first[rows]


def _end_all(notes: MidiNotes, events: MidiEvents) -> None:
    """End notes without a release where their channel is told to end all, in place."""
    is_end = (events.kinds == CONTROL) & np.isin(events.first, _ALL_NOTES_OFF)
    rows = np.flatnonzero(is_end)
    for channel in np.unique(events.channels[rows]).tolist():
        ticks = np.sort(events.ticks[rows[events.channels[rows] == channel]])
        open_notes = np.flatnonzero(notes.is_unreleased & (notes.channel == channel))
        following = np.searchsorted(ticks, notes.start[open_notes], side="right")
        open_notes, following = (a[following < len(ticks)] for a in (open_notes, following))
        ends = ticks[following] < notes.end[open_notes]
        open_notes = open_notes[ends]
        notes.end[open_notes] = ticks[following[ends]]
        notes.is_unreleased[open_notes] = notes.ends_with_track[open_notes] = False


def _releases(
    key: np.ndarray, is_on: np.ndarray, note_ons: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Index of the release of each note-on and whether it is its own: (N,) int64, (N,) bool.

    -1 where no release follows. The first note-on of a key is ended by the first release of it.

    key, is_on: (E,) of events. note_ons: (N,) index of the note-ons among them.
    """
    order = key.argsort(kind="stable")
    on, keys = is_on[order], key[order]
    release, own = np.full(len(key), -1), np.ones(len(key), dtype=bool)
    if _alternate(keys, on):
        release[order[::2]] = order[1::2]
        return release[note_ons], own[note_ons]
    order_on, order_off = order[on], order[~on & ~_without_note(keys, on)]
    key_on, key_off = key[order_on], key[order_off]
    first, stop = (np.searchsorted(key_off, key_on, side=side) for side in ("left", "right"))
    rank = np.arange(len(key_on)) - np.searchsorted(key_on, key_on)
    is_own = rank < stop - first
    if len(order_off):
        last = order_off[np.maximum(stop - 1, 0)]
        shared = np.where((stop > first) & (last > order_on), last, -1)
        paired = order_off[np.minimum(first + rank, len(order_off) - 1)]
        release[order_on] = np.where(is_own, paired, shared)
    own[order_on] = is_own
    return release[note_ons], own[note_ons]


def _alternate(keys: np.ndarray, is_on: np.ndarray) -> bool:
    """Whether each note-on, in order of key and time, is followed by a release of its key."""
    if len(keys) % 2 or not is_on[::2].all() or is_on[1::2].any():
        return False
    return bool((keys[::2] == keys[1::2]).all())


def _without_note(keys: np.ndarray, is_on: np.ndarray) -> np.ndarray:
    """Whether an event, in order of key and time, is a release while its key does not sound."""
    if not len(keys):
        return np.zeros(0, dtype=bool)
    sounding = np.cumsum(np.where(is_on, 1, -1))
    starts = run_starts(keys)
    lengths = np.diff(starts, append=len(keys))
    before = np.concatenate([[0], sounding[starts[1:] - 1]])
    sounding -= np.repeat(before, lengths)
    # The lowest count so far of each key: keys are kept apart by an offset that falls.
    offset = np.repeat(np.arange(len(starts)) * (len(keys) + 1), lengths)
    lowest = np.minimum.accumulate(np.minimum(sounding, 0) - offset) + offset
    earlier = np.concatenate([[0], lowest[:-1]])
    earlier[starts] = 0
    result: np.ndarray = ~is_on & (lowest < earlier)
    return result
