"""Parts of a MIDI file: notes of one track, channel and program belong together."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from musicgen.corpus.readers.limits import LIMITS, Limits, check_parts
from musicgen.corpus.readers.midi.continued_tracks import continued_places
from musicgen.corpus.readers.midi.drum_channels import drum_channels
from musicgen.corpus.readers.midi.events import CONTROL, PROGRAM, MidiEvents, run_starts
from musicgen.corpus.readers.midi.notes import MidiNotes
from musicgen.score_fields import PEDAL_CHANGE_DTYPE, Part
from musicgen.theory.general_midi import SUSTAIN_CONTROLLER

_TRACK_NAME = 0x03  # meta event
_MAX_NAME_CHARACTERS = 120
_KANA = re.compile("[\u3041-\u30ff]")
_CHANNELS, _PROGRAMS = 16, 128
_EVENT_BITS = 32  # of the index of an event
_TRACK_BITS = 22  # of the index of a track


@dataclass(frozen=True)
class MidiParts:
    """Parts in the order of the file, and the part of each note."""

    parts: tuple[Part, ...]
    of_notes: np.ndarray  # (N,) int64
    at_release: np.ndarray | None  # (N,) int64: program of the channel by then; None if it stays


def group_parts(events: MidiEvents, notes: MidiNotes, limits: Limits = LIMITS) -> MidiParts:
    """Group notes by track, channel and program, in the order in which the file names them.

    Raises UnreadableScore if there are too many parts.
    """
    changes = (events.kinds == PROGRAM).nonzero()[0]
    places = _places(events.tracks[changes], events.channels[changes])
    runs, codes, is_constant = _runs(events, notes, changes, places)
    if (continued := continued_places(events)) is not None:
        codes = _continued_codes(codes, continued)
    # The event that names a part first: a change to its program, or its first note.
    mentions: dict[int, int] = {}
    for code, event in zip(codes, notes.event[runs].tolist(), strict=True):
        mentions.setdefault(code, event)
    check_parts(len(mentions), limits)
    named = places * _PROGRAMS + events.first[changes]
    for code, event in zip(named.tolist(), changes.tolist(), strict=True):
        if code in mentions:
            mentions[code] = min(mentions[code], event)
    order = sorted(mentions, key=lambda code: (code // (_CHANNELS * _PROGRAMS), mentions[code]))
    part_of = {code: number for number, code in enumerate(order)}
    of_runs = np.array([part_of[code] for code in codes], np.int64)
    lengths = [stop - start for start, stop in pairwise([*runs.tolist(), len(notes)])]
    at_release = None
    if not is_constant:
        programs = (np.array(codes) % _PROGRAMS).repeat(lengths)
        at_release = _own_programs(events, notes, notes.release, (changes, places), programs)
    return MidiParts(_parts(events, order), of_runs.repeat(lengths), at_release)


def pedal_changes(events: MidiEvents, notes: MidiNotes, parts: MidiParts) -> np.ndarray:
    """Changes of the sustain pedals: (C,) PEDAL_CHANGE_DTYPE in order, `start` in the file's ticks.

    A change counts for the first part of its track and channel; where these have no notes, for
    the first part of its channel.
    """
    rows = ((events.kinds == CONTROL) & (events.first == SUSTAIN_CONTROLLER)).nonzero()[0]
    if len(rows) and (continued := continued_places(events)) is not None:
        rows = rows[continued[events.tracks[rows], 0] < 0]  # they repeat those of another track
    if not len(rows):
        return np.zeros(0, PEDAL_CHANGE_DTYPE)
    note_places = _places(notes.track, notes.channel)
    first_parts: dict[int, int] = {}
    for place, part in sorted(set(zip(note_places.tolist(), parts.of_notes.tolist(), strict=True))):
        first_parts.setdefault(place, part)
    of_channel: dict[int, int] = {}
    for place, part in first_parts.items():
        of_channel.setdefault(place % _CHANNELS, part)
    places = _places(events.tracks[rows], events.channels[rows])
    distinct, inverse = np.unique(places, return_inverse=True)
    of_places = [first_parts.get(p, of_channel.get(p % _CHANNELS, -1)) for p in distinct.tolist()]
    part_numbers = np.array(of_places)[inverse.reshape(-1)]
    changes = np.zeros(len(rows), PEDAL_CHANGE_DTYPE)
    changes["start"], changes["value"] = events.ticks[rows], events.second[rows]
    changes["part"] = part_numbers
    order = np.argsort(events.ticks[rows], kind="stable")
    return changes[order[part_numbers[order] >= 0]]


def to_name(data: bytes) -> str:
    """Bytes of a MIDI text as one line of printable characters."""
    text = _decoded(data)
    if text.isprintable():
        return " ".join(text.split())[:_MAX_NAME_CHARACTERS]
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:_MAX_NAME_CHARACTERS]


def _decoded(data: bytes) -> str:
    """A text in UTF-8 or UTF-16; in Shift JIS if that has kana; else in the code of Windows."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    with suppress(UnicodeDecodeError):
        text = data.decode("cp932")
        if _KANA.search(text):
            return text
    return data.decode("cp1252", errors="replace")


def _parts(events: MidiEvents, codes: Sequence[int]) -> tuple[Part, ...]:
    """The parts of codes, named by their tracks; tracks are counted as far as they have notes."""
    names: dict[int, str] = {}
    for meta in events.metas:
        if meta.kind == _TRACK_NAME:
            names.setdefault(meta.track, to_name(meta.data))
    drums = drum_channels(events)
    track_of: dict[int, int] = {}
    parts = []
    for code in codes:
        track, channel = code // (_CHANNELS * _PROGRAMS), code // _PROGRAMS % _CHANNELS
        number = track_of.setdefault(track, len(track_of))
        is_drum = channel in drums
        parts.append(Part(names.get(track, ""), code % _PROGRAMS, is_drum, number, channel))
    return tuple(parts)


def _places(tracks: np.ndarray, channels: np.ndarray) -> np.ndarray:
    """A number for each pair of a track and a channel: (N,), (N,) -> (N,) int64."""
    return tracks.astype(np.int64) * _CHANNELS + channels


def _runs(
    events: MidiEvents, notes: MidiNotes, changes: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, list[int], bool]:
    """First notes of the runs of one track, channel and program, and the number of these: 2 x R.

    Then, whether no channel of a track changes its program after its first note.

    changes: (C,) events that are program changes. places: (C,) of their tracks and channels.
    """
    note_places = _places(notes.track, notes.channel)
    runs = run_starts(note_places)  # notes of a track mostly follow each other
    of_runs = note_places[runs].tolist()
    programs = dict(zip(places.tolist(), events.first[changes].tolist(), strict=True))
    first_notes: dict[int, int] = {}
    for place, event in zip(of_runs, notes.event[runs].tolist(), strict=True):
        first_notes.setdefault(place, event)
    # Mostly each place has one program, named before its notes.
    is_constant = len(programs) == len(changes) and all(
        change < first_notes.get(place, change + 1)
        for place, change in zip(programs, changes.tolist(), strict=True)
    )
    if not programs or (is_constant and programs.keys() >= first_notes.keys()):
        return runs, [place * _PROGRAMS + programs.get(place, 0) for place in of_runs], True
    codes = note_places * _PROGRAMS + _programs(events, notes, changes, places)
    runs = run_starts(codes)
    return runs, codes[runs].tolist(), is_constant


def _continued_codes(codes: Sequence[int], continued: np.ndarray) -> list[int]:
    """The codes, those of tracks that go on with another with its track and channel."""
    program = np.array(codes) % _PROGRAMS
    place = np.array(codes) // _PROGRAMS
    track, channel = continued[place // _CHANNELS].T
    place = np.where(track >= 0, track * _CHANNELS + channel, place)
    return (place * _PROGRAMS + program).tolist()


def _programs(
    events: MidiEvents, notes: MidiNotes, changes: np.ndarray, places: np.ndarray
) -> np.ndarray:
    """Program of each note: (N,) int64.

    It is the last that the note's own track gave its channel before it; without one, the last that
    another track did, such as a track that sets the file up. The first program of a channel
    holds for the notes at its tick, too, wherever its track stands.

    changes: (C,) events that are program changes. places: (C,) of their tracks and channels.
    """
    programs = _own_programs(events, notes, notes.event, (changes, places), np.full(len(notes), -1))
    others = np.flatnonzero(programs < 0)
    programs[others] = 0
    for channel in set(notes.channel[others].tolist()) & set(events.channels[changes].tolist()):
        of_channel = others[notes.channel[others] == channel]
        elsewhere = changes[events.channels[changes] == channel]
        keys = _playing_order(events.ticks, events.tracks, elsewhere)
        order = np.argsort(keys, kind="stable")
        # At one tick, what stands in an earlier track comes first; of its own track, none does.
        note_keys = _playing_order(notes.start, notes.track, of_channel)
        elsewhere, keys = elsewhere[order], keys[order]
        before = np.searchsorted(keys, note_keys)
        upto = np.searchsorted(keys >> _TRACK_BITS, note_keys >> _TRACK_BITS, side="right")
        is_first = (before == 0) & (upto > 0)
        is_first &= events.tracks[elsewhere[upto - 1]] != notes.track[of_channel]
        values = np.concatenate([[0], events.first[elsewhere]])
        programs[of_channel] = values[np.where(is_first, upto, before)]
    return programs


def _own_programs(
    events: MidiEvents,
    notes: MidiNotes,
    at: np.ndarray,
    change_places: tuple[np.ndarray, np.ndarray],
    otherwise: np.ndarray,
) -> np.ndarray:
    """Program that the track of each note gave its channel before an event: (N,) int64.

    at: (N,) index of the event. change_places: (C,) program changes, and the places of them.
    otherwise: (N,) program where there is none before.
    """
    changes, places = change_places
    note_places = _places(notes.track, notes.channel)
    order = np.argsort(places, kind="stable")
    keys = places[order] << _EVENT_BITS | changes[order]
    latest = np.searchsorted(keys, note_places << _EVENT_BITS | at.clip(0)) - 1
    is_own = (at >= 0) & (latest >= 0) & (keys[latest] >> _EVENT_BITS == note_places)
    return np.where(is_own, events.first[changes[order[latest]]], otherwise)


def _playing_order(ticks: np.ndarray, tracks: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Numbers in the order in which a player comes to events: (R,) int64."""
    return ticks[rows].astype(np.int64) << _TRACK_BITS | tracks[rows]
