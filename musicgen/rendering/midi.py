"""Score to MIDI file, through mido: a format that any sequencer opens."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import TypeAlias

import mido
import numpy as np

from musicgen.corpus.readers.midi.drum_channels import drum_messages
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import Score, without_overlaps
from musicgen.score_fields import KeySignature, Part, microseconds_per_quarter
from musicgen.theory.general_midi import DRUM_CHANNEL, SUSTAIN_CONTROLLER, part_instrument

FILE_TICKS_PER_QUARTER = 96  # readers refuse ticks over 10^7: this leaves 100,000 quarters
assert FILE_TICKS_PER_QUARTER % TICKS_PER_QUARTER == 0

_CHANNELS = [channel for channel in range(16) if channel != DRUM_CHANNEL]
_MAJOR_KEYS = "Cb Gb Db Ab Eb Bb F C G D A E B F# C#".split()  # from seven flats to seven sharps
_MINOR_KEYS = "Abm Ebm Bbm Fm Cm Gm Dm Am Em Bm F#m C#m G#m D#m A#m".split()
# Order of the events of one tick: a key is released before it is struck again.
_RELEASE, _PROGRAM, _PEDAL, _STRIKE = range(4)

Event: TypeAlias = tuple[int, int, mido.Message]  # tick, order within the tick, message


def midi_bytes(score: Score, title: str = "", text: str = "") -> bytes:
    """Contents of a MIDI file: a track for each track of the score, with all that a score has.

    title, text: text events at tick 0 of the first track; the title is the score's name by default.
    Times are exact. A part that was read from a MIDI file is written as it stood there. In other
    parts a key cannot sound twice at once: a note that still sounds when its part strikes the key
    again ends there, and of two that start together the longer stays.
    """
    buffer = io.BytesIO()
    midi_file(score, title, text).save(file=buffer)
    return buffer.getvalue()


def midi_file(score: Score, title: str = "", text: str = "") -> mido.MidiFile:
    """The score as a mido object: a track of tempi, metres, keys and texts, then those of notes."""
    division = file_division(score)
    file = mido.MidiFile(ticks_per_beat=division, charset="utf-8")
    texts = [content for content in (title or score.name, text) if content]
    channels = _assign_channels(score.parts)
    timing = _timing_track(score, division // score.resolution, texts)
    file.tracks.append(timing)
    timing[:0] = _drum_messages(score.parts, channels)
    for track in sorted({part.track for part in score.parts}):
        file.tracks.append(_note_track(score, track, channels, division // score.resolution))
    return file


def file_division(score: Score) -> int:
    """Ticks per quarter of the score's MIDI file: its own, or more of them on the grid."""
    on_grid = score.resolution == TICKS_PER_QUARTER
    return FILE_TICKS_PER_QUARTER if on_grid else score.resolution


def _track_name(score: Score, parts: Sequence[Part]) -> str:
    """Name of a track: its parts' or its file's, else its instruments, numbered among several."""
    if any(part.name or part.channel is not None for part in parts):
        return parts[0].name
    instruments = dict.fromkeys(part_instrument(part) for part in parts)
    several = len({part.track for part in score.parts}) > 1
    prefix = f"Part {parts[0].track + 1}: " if several else ""
    return prefix + ", ".join(instruments)


def _assign_channels(parts: Sequence[Part]) -> list[int]:
    """Channel of each part: that of its file, 9 for drums, else those that no file uses in turn.

    A channel of a file is one of drums or not: parts that differ from its first get another.
    """
    is_drum: dict[int, bool] = {}
    for part in parts:
        if part.channel is not None:
            is_drum.setdefault(part.channel, part.is_drum)
    free = [channel for channel in _CHANNELS if channel not in is_drum] or _CHANNELS
    next_free = count()
    channels = []
    for part in parts:
        if part.channel is not None and is_drum[part.channel] == part.is_drum:
            channels.append(part.channel)
        elif part.is_drum:
            channels.append(DRUM_CHANNEL)
        else:
            channels.append(free[next(next_free) % len(free)])
    return channels


def _timing_track(score: Score, scale: int, texts: Sequence[str]) -> mido.MidiTrack:
    """Tempo, first metre and texts at tick 0, then the other tempi, metres and keys."""
    # A lone surrogate cannot be encoded.
    encodable = [content.encode("utf-8", "replace").decode("utf-8") for content in texts]
    tempos = [(0, score.tempo), *((c.start, c.tempo) for c in score.tempo_changes)]
    events: list[Event] = [
        (start, 0, mido.MetaMessage("set_tempo", tempo=microseconds_per_quarter(tempo)))
        for start, tempo in tempos
    ]
    for metre in score.metres:
        signature = {"numerator": metre.numerator, "denominator": metre.denominator}
        events.append((metre.start, 1, mido.MetaMessage("time_signature", **signature)))
    events += [(0, 2, mido.MetaMessage("text", text=content)) for content in encodable]
    for key in score.keys:
        events.append((key.start, 3, mido.MetaMessage("key_signature", key=_key_name(key))))
    return _to_track(events, scale)


def _drum_messages(parts: Sequence[Part], channels: Sequence[int]) -> list[mido.Message]:
    """Messages that make channels ones of drums, or not, against General MIDI."""
    uses = {
        channel: part.is_drum
        for channel, part in zip(channels, parts, strict=True)
        if part.is_drum != (channel == DRUM_CHANNEL)
    }
    return [
        mido.Message("sysex", data=data)
        for channel, is_drum in uses.items()
        for data in drum_messages(channel, is_drum)
    ]


def _key_name(key: KeySignature) -> str:
    """Name of a key as mido has it: `Bb`, `F#m`."""
    return (_MINOR_KEYS if key.is_minor else _MAJOR_KEYS)[key.fifths + 7]


def _note_track(score: Score, track: int, channels: Sequence[int], scale: int) -> mido.MidiTrack:
    """The parts of one track: programs, notes and pedal."""
    members = [index for index, part in enumerate(score.parts) if part.track == track]
    parts = [score.parts[number] for number in members]
    events: list[Event] = []
    for number in members:
        program = score.parts[number].program
        change = mido.Message("program_change", program=program, channel=channels[number])
        events.append((0, _RELEASE, change))
        events += _note_events(score, number, channels[number])
        events += _pedal_events(score, number, channels[number])
    events += _program_events(score, members, channels)
    notes = score.notes[np.isin(score.notes["part"], members)]
    end = int((notes["start"] + notes["duration"]).max(initial=0))
    name = mido.MetaMessage(
        "track_name", name=_track_name(score, parts).encode("utf-8", "replace").decode()
    )
    return _to_track(events, scale, name, end if len(score.unreleased) else None)


def _note_events(score: Score, number: int, channel: int) -> Iterator[Event]:
    """Strikes and releases of the notes of a part; a release is a note_on of velocity 0."""
    notes = score.notes[score.notes["part"] == number]
    if score.parts[number].channel is None:
        notes = without_overlaps(notes)
    has_release = _have_releases(notes, score.unreleased)
    columns = (notes[name].tolist() for name in ("start", "duration", "pitch", "velocity"))
    rows = zip(*columns, has_release, strict=True)
    for start, duration, pitch, velocity, is_released in rows:
        on = mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)
        yield start, _STRIKE, on
        if is_released:
            off = mido.Message("note_on", channel=channel, note=pitch, velocity=0)
            yield start + duration, _RELEASE, off


def _have_releases(notes: np.ndarray, unreleased: np.ndarray) -> list[bool]:
    """Whether each note has a release of its own: (N,).

    Of notes that start together on a key, the later ones are those without.
    """
    missing = Counter(unreleased.tolist())
    released = []
    for row in reversed(notes[["start", "pitch", "part"]].tolist()):
        released.append(not missing[row])
        missing[row] -= missing[row] > 0
    return released[::-1]


def _pedal_events(score: Score, number: int, channel: int) -> Iterator[Event]:
    """Changes of the sustain pedal of a part."""
    for start, value, part in score.pedal_changes.tolist():
        if part == number:
            fields = {"channel": channel, "control": SUSTAIN_CONTROLLER, "value": value}
            yield start, _PEDAL, mido.Message("control_change", **fields)


def _program_events(
    score: Score, members: Sequence[int], channels: Sequence[int]
) -> Iterator[Event]:
    """Program changes before the notes of parts that share a channel of one track."""
    for channel in {channels[number] for number in members}:
        sharing = [number for number in members if channels[number] == channel]
        if len({score.parts[number].program for number in sharing}) < 2:
            continue
        notes = score.notes[np.isin(score.notes["part"], sharing)]
        current = score.parts[sharing[-1]].program  # the last that the track begins with
        for start, program in zip(notes["start"].tolist(), notes["program"].tolist(), strict=True):
            if program != current:
                message = mido.Message("program_change", program=program, channel=channel)
                yield start, _PROGRAM, message
                current = program


def _to_track(
    events: Sequence[Event],
    scale: int,
    name: mido.MetaMessage | None = None,
    end: int | None = None,
) -> mido.MidiTrack:
    """A track of events in order; it ends a tick after the last, or at the tick `end`."""
    track = mido.MidiTrack([name] if name else [])
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        message.time = (tick - now) * scale
        track.append(message)
        now = tick
    delay = 1 if end is None else max(0, end - now) * scale
    track.append(mido.MetaMessage("end_of_track", time=delay))
    return track
