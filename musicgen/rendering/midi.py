"""Score to MIDI file, through mido: a format that any sequencer opens."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import count, groupby
from typing import TypeAlias

import mido
import numpy as np

from musicgen.corpus.readers.midi.continued_tracks import continuation_mark
from musicgen.corpus.readers.midi.drum_channels import drum_messages
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.midi_layers import (
    Layer,
    last_to_end,
    programs_at_release,
    score_layers,
)
from musicgen.score import Score
from musicgen.score_fields import (
    NO_RELEASE,
    KeySignature,
    Part,
    TempoChange,
    microseconds_per_quarter,
)
from musicgen.theory.general_midi import DRUM_CHANNEL, SUSTAIN_CONTROLLER, part_instrument

FILE_TICKS_PER_QUARTER = 96  # readers refuse ticks over 10^7: this leaves 100,000 quarters
assert FILE_TICKS_PER_QUARTER % TICKS_PER_QUARTER == 0

_CHANNELS = [channel for channel in range(16) if channel != DRUM_CHANNEL]
_MAJOR_KEYS = "Cb Gb Db Ab Eb Bb F C G D A E B F# C#".split()  # from seven flats to seven sharps
_MINOR_KEYS = "Abm Ebm Bbm Fm Cm Gm Dm Am Em Bm F#m C#m G#m D#m A#m".split()
# Order of the events of one tick: a key is released before it is struck again.
_RELEASE, _PEDAL, _STRIKE = range(3)

Event: TypeAlias = tuple[int, int, mido.Message]  # tick, order within the tick, message
KeyEvent: TypeAlias = tuple[int, int, int, int, int]  # tick, order, program, pitch, velocity


def midi_bytes(score: Score, title: str = "", text: str = "") -> bytes:
    """Contents of a MIDI file: a track for each track of the score, with all that a score has.

    title, text: text events at tick 0 of the first track; the title is the score's name by default.
    Times are exact, and no note is lost: those of a part that overlap on a key are in tracks of
    their own (`midi_layers.py`). A part of a MIDI file is written as it stood there.
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
    layers = score_layers(score, channels, [c for c in _CHANNELS if c not in channels])
    tracks = sorted({part.track for part in score.parts})
    scale = division // score.resolution
    late: list[Event] = []
    for track in tracks:
        group = [layer for layer in layers if layer.track == track and not layer.level]
        marks = _tempo_events(score, in_first_track=False) if track == tracks[0] else []
        file.tracks.append(_note_track(score, group, scale, marks, late))
    if late:
        file.tracks.append(_to_track(late, scale))
    for layer in layers:
        if layer.level:
            place = 1 + tracks.index(layer.track), channels[layer.members[0]]
            file.tracks.append(_continued_track(score, layer, place, scale))
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
    events = _tempo_events(score, in_first_track=True)
    for metre in score.metres:
        signature = {"numerator": metre.numerator, "denominator": metre.denominator}
        events.append((metre.start, 1, mido.MetaMessage("time_signature", **signature)))
    events += [(0, 2, mido.MetaMessage("text", text=content)) for content in encodable]
    for key in score.keys:
        events.append((key.start, 3, mido.MetaMessage("key_signature", key=_key_name(key))))
    return _to_track(events, scale)


def _tempo_events(score: Score, in_first_track: bool) -> list[Event]:
    """Tempi that stand in the first track of a file, or those that stand in others."""
    first = TempoChange(0, score.tempo, score.tempo_in_first_track)
    return [
        (tempo.start, 0, mido.MetaMessage("set_tempo", tempo=microseconds_per_quarter(tempo.tempo)))
        for tempo in (first, *score.tempo_changes)
        if tempo.in_first_track == in_first_track
    ]


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


def _note_track(
    score: Score,
    group: Sequence[Layer],
    scale: int,
    marks: Sequence[Event],
    late: list[Event],
) -> mido.MidiTrack:
    """The parts of one track: programs, notes and pedal, and tempi that stand in it.

    group: one layer of each of its channels. Events that would lengthen the notes that last to the
    end of the track are appended to `late`, for a track of their own.
    """
    members = sorted(number for layer in group for number in layer.members)
    events = [*marks, *_first_programs(score, group)]
    for layer in group:
        events += _layer_events(score, layer)
        events += _pedal_events(score, layer)
    notes = score.notes[np.isin(score.notes["part"], members)]
    end = int((notes["start"] + notes["duration"]).max(initial=0))
    if any(last_to_end(layer.notes, score.releases) for layer in group):
        late += [event for event in events if event[0] > end]
        events = [event for event in events if event[0] <= end]
    name = _track_name(score, [score.parts[number] for number in members])
    message = mido.MetaMessage("track_name", name=name.encode("utf-8", "replace").decode())
    is_open = (score.releases["program"] == NO_RELEASE).any()
    return _to_track(events, scale, message, end if is_open else None)


def _continued_track(
    score: Score, layer: Layer, place: tuple[int, int], scale: int
) -> mido.MidiTrack:
    """Notes that go on with those of a place: index of a track and channel."""
    names = [score.parts[number] for number in layer.members]
    name = _track_name(score, names).encode("utf-8", "replace").decode()
    mark = mido.MetaMessage("sequencer_specific", data=continuation_mark(*place))
    events = [*_first_programs(score, [layer]), *_layer_events(score, layer)]
    if layer.channel != place[1]:
        events += _pedal_events(score, layer)
    track = _to_track(events, scale, mark)
    track.insert(0, mido.MetaMessage("track_name", name=name))
    return track


def _first_programs(score: Score, layers: Sequence[Layer]) -> list[Event]:
    """The programs of all parts of a track, in their order, which readers follow."""
    channels = {number: layer.channel for layer in layers for number in layer.members}
    programs = [(score.parts[number].program, channels[number]) for number in sorted(channels)]
    return [
        (0, _RELEASE, mido.Message("program_change", program=program, channel=channel))
        for program, channel in programs
    ]


def _layer_events(score: Score, layer: Layer) -> Iterator[Event]:
    """Notes of a layer, with changes of program; a release is a note_on of velocity 0.

    Each note is struck under its program, and released under the one that its file had by then:
    some programs take this for the program of the note.
    """
    channel = layer.channel
    current = score.parts[layer.members[-1]].program  # the last that the track begins with
    for (tick, order), events in groupby(_key_events(score, layer), lambda event: event[:2]):
        for _, _, program, pitch, velocity in _by_program(list(events), current):
            if program != current:
                change = mido.Message("program_change", program=program, channel=channel)
                yield tick, order, change
                current = program
            yield (
                tick,
                order,
                mido.Message("note_on", channel=channel, note=pitch, velocity=velocity),
            )


def _key_events(score: Score, layer: Layer) -> list[KeyEvent]:
    """The strikes and releases of a layer's notes in the order of a file."""
    columns = ("start", "duration", "pitch", "velocity", "program")
    rows = zip(*(layer.notes[name].tolist() for name in columns), strict=True)
    events: list[KeyEvent] = []
    at_release = programs_at_release(layer.notes, score.releases)
    last_releases = _last_releases(layer.notes, at_release)
    for (start, duration, pitch, velocity, program), last in zip(rows, at_release, strict=True):
        # A note that shares a release at its own tick has to come before it.
        is_early = last == NO_RELEASE and duration == 1 and last_releases.get(pitch) == start
        events.append((start, _RELEASE - 1 if is_early else _STRIKE, program, pitch, velocity))
        if last != NO_RELEASE:
            events.append((start + duration, _RELEASE, last, pitch, 0))
    return sorted(events, key=lambda event: event[:2])


def _last_releases(notes: np.ndarray, at_release: Sequence[int]) -> dict[int, int]:
    """Tick of the last release of each key. notes: (N,) NOTE_DTYPE; at_release: (N,) programs."""
    is_released = np.array(at_release, np.int64) != NO_RELEASE
    ends = (notes["start"] + notes["duration"])[is_released]
    order = np.argsort(ends, kind="stable")
    keys = notes["pitch"][is_released][order]
    return dict(zip(keys.tolist(), ends[order].tolist(), strict=True))


def _by_program(events: Sequence[KeyEvent], current: int) -> Sequence[KeyEvent]:
    """Events of one tick, those of the current program first; in order if they share a key."""
    if len({pitch for _, _, _, pitch, _ in events}) < len(events):
        return events
    return sorted(events, key=lambda event: (event[2] != current, event[2]))


def _pedal_events(score: Score, layer: Layer) -> Iterator[Event]:
    """Changes of the sustain pedal of a layer's parts."""
    for start, value, part in score.pedal_changes.tolist():
        if part in layer.members:
            fields = {"channel": layer.channel, "control": SUSTAIN_CONTROLLER, "value": value}
            yield start, _PEDAL, mido.Message("control_change", **fields)


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
