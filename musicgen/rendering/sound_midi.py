"""MIDI file for a synthesizer: every instrument of a score on a channel of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import mido
import numpy as np

from musicgen.score import Score, without_overlaps
from musicgen.score_fields import microseconds_per_quarter
from musicgen.theory.general_midi import DRUM_CHANNEL, SUSTAIN_CONTROLLER

PITCHED_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
_MIN_TICKS_PER_QUARTER = 480  # so that the tail is as long as it should be
_VOLUME = 7  # MIDI controller
# Order of the events of one tick: a key is released before it is struck again.
_SETUP, _RELEASE, _PROGRAM, _PEDAL, _STRIKE = range(5)

Event: TypeAlias = tuple[int, int, mido.Message]  # tick, order within the tick, message


def sound_midi(score: Score, volume: int, tail_seconds: float) -> bytes:
    """Contents of a MIDI file of one track, with an event a tail after the last note.

    volume: of every channel, 0 to 127. A part has a channel of its own. Where there are more parts
    than channels, those of one program share one; where there are more programs, channels change
    their program before the notes. On a shared channel, pedal is turned into longer notes.
    """
    scale = -(-_MIN_TICKS_PER_QUARTER // score.resolution)
    stop = score.end * scale + _tail_ticks(tail_seconds, score, scale)
    events: list[Event] = [(0, _SETUP, _control(c, _VOLUME, volume)) for c in range(16)]
    events += _tempo_events(score)
    pitched = np.unique(score.pitched.notes["part"]).tolist()
    if len(pitched) <= len(PITCHED_CHANNELS):
        for channel, part in zip(PITCHED_CHANNELS, pitched, strict=False):
            notes = score.notes[score.notes["part"] == part]
            events += _channel_events(notes, np.full(len(notes), channel))
            events += _pedal_events(score, part, channel)
    else:
        events += _shared_channel_events(with_pedal(score.pitched))
    drums = with_pedal(score).notes[score.is_drum]
    events += _channel_events(drums, np.full(len(drums), DRUM_CHANNEL))
    events = [(tick * scale, order, message) for tick, order, message in events]
    return _file(events, stop, score.resolution * scale)


def with_pedal(score: Score) -> Score:
    """The score with notes that end while the pedal of their part is down held until it is up."""
    notes = score.notes.copy()
    ends = notes["start"] + notes["duration"]
    for start, duration, part in score.pedals.tolist():
        held = (notes["part"] == part) & (ends > start) & (ends < start + duration)
        ends[held] = start + duration
    notes["duration"] = ends - notes["start"]
    return replace(score, notes=notes)


def _shared_channel_events(score: Score) -> Iterator[Event]:
    """Notes and program changes of more parts than there are channels."""
    programs = np.unique(score.notes["program"])
    if len(programs) <= len(PITCHED_CHANNELS):
        channels = np.array(PITCHED_CHANNELS)[np.searchsorted(programs, score.notes["program"])]
    else:
        channels = _free_channels(score.notes)
    yield from _channel_events(score.notes, channels)


def _free_channels(notes: np.ndarray) -> np.ndarray:
    """Channel of each note (N,) sorted: one that has its program, else the longest silent one."""
    program_of = dict.fromkeys(PITCHED_CHANNELS, -1)
    busy_until = dict.fromkeys(PITCHED_CHANNELS, 0)
    channels = []
    columns = (notes[name].tolist() for name in ("start", "duration", "program"))
    for start, duration, program in zip(*columns, strict=True):
        having = [channel for channel, last in program_of.items() if last == program]
        channel = having[0] if having else min(busy_until, key=busy_until.__getitem__)
        program_of[channel] = program
        busy_until[channel] = max(busy_until[channel], start + duration)
        channels.append(channel)
    return np.array(channels)


def _channel_events(notes: np.ndarray, channels: np.ndarray) -> Iterator[Event]:
    """Programs, strikes and releases of notes (N,) on channels (N,)."""
    for channel in np.unique(channels).tolist():
        current = -1
        table = without_overlaps(notes[channels == channel])
        columns = (
            table[name].tolist() for name in ("start", "duration", "pitch", "velocity", "program")
        )
        for start, duration, pitch, velocity, program in zip(*columns, strict=True):
            if program != current:
                change = mido.Message("program_change", program=program, channel=channel)
                yield start, _PROGRAM, change
                current = program
            on = mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)
            yield start, _STRIKE, on
            off = mido.Message("note_on", channel=channel, note=pitch, velocity=0)
            yield start + duration, _RELEASE, off


def _pedal_events(score: Score, part: int, channel: int) -> Iterator[Event]:
    for start, value, number in score.pedal_changes.tolist():
        if number == part:
            yield start, _PEDAL, _control(channel, SUSTAIN_CONTROLLER, value)


def _tempo_events(score: Score) -> list[Event]:
    tempos = [(0, score.tempo), *((c.start, c.tempo) for c in score.tempo_changes)]
    return [
        (start, _SETUP, mido.MetaMessage("set_tempo", tempo=microseconds_per_quarter(tempo)))
        for start, tempo in tempos
    ]


def _tail_ticks(seconds: float, score: Score, scale: int) -> int:
    """Ticks of the file that last some seconds at the end of the score."""
    first, second = score.seconds_at([score.end, score.end + score.resolution])
    return round(seconds * score.resolution * scale / (second - first))


def _control(channel: int, control: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=control, value=value)


def _file(events: Sequence[Event], stop: int, division: int) -> bytes:
    """The file of the events up to a tick, at which an event without effect makes it end."""
    file = mido.MidiFile(ticks_per_beat=division)
    track = mido.MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        if tick < stop:
            message.time = tick - now
            track.append(message)
            now = tick
    end = _control(PITCHED_CHANNELS[0], SUSTAIN_CONTROLLER, 0)
    end.time = stop - now
    track.append(end)
    file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()
