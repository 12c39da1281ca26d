"""MIDI files with all that a file can hold, written with mido: a band and two piano recordings.

All of them are made up, the same at every call, at 480 ticks per quarter.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import mido
import numpy as np

from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.score_fields import KeySignature, Part, TempoChange

TICKS = 480  # per quarter
BAR = 4 * TICKS
BAND_BARS = 16
DRUM_CHANNEL = 9

KICK, SNARE, CLOSED_HAT, OPEN_HAT, CRASH = 36, 38, 42, 46, 49  # General MIDI percussion keys

# Name, General MIDI program and channels of the parts, in the file's order; the last is the drums.
BAND_PARTS = (
    ("Lead Flute", 73, 0),
    ("Trumpet", 56, 1),
    ("Alto Sax", 65, 2),
    ("Trombone", 57, 3),
    ("Strings", 48, 4),
    ("Organ", 16, 5),
    ("Piano", 0, 6),
    ("Electric Piano", 4, 7),
    ("Acoustic Guitar", 24, 8),
    ("Distorted Guitar", 30, 10),
    ("Bass", 33, 11),
    ("Drums", 0, DRUM_CHANNEL),
)
# The tempi that MIDI has exactly: 500000, 400000 and 600000 microseconds per quarter.
BAND_TEMPI = ((0, 120.0), (4 * BAR, 150.0), (12 * BAR, 100.0))  # tick, quarters a minute
BAND_KEYS = ((0, -3, False), (12 * BAR, 3, True))  # tick, sharps, minor: E flat major, F# minor
BAND_PEDAL_BARS = (0, 1, 2, 3)  # the piano's pedal is down for the first half of these

_CHORDS = ((51, 55, 58), (48, 51, 55), (56, 60, 63), (58, 62, 65))  # E flat, c, A flat, B flat


@dataclass(frozen=True)
class BandNote:
    """A note of the band; times in ticks."""

    start: int
    duration: int
    pitch: int
    velocity: int
    part: int


def band_notes() -> list[BandNote]:
    """Notes of the band: chords, a bass line, a melody and a drum beat, BAND_BARS long."""
    notes = []
    for bar in range(BAND_BARS):
        start, chord = bar * BAR, _CHORDS[bar % 4]
        up = 6 if bar >= 12 else 0  # A, F# minor, D, E
        for beat in range(4):
            at = start + beat * TICKS
            melody = chord[(bar + beat) % 3] + 24 + up
            notes.append(BandNote(at, TICKS - 60, melody, 90, 0))
            notes.append(BandNote(at, TICKS, chord[0] - 12 + up, 95, 10))
            for part in (6, 8):
                notes += [BandNote(at, TICKS // 2, pitch + up, 70, part) for pitch in chord]
        for part, shift in ((1, 12), (2, 12), (3, 0), (9, -12)):
            notes.append(BandNote(start, BAR // 2, chord[part % 3] + shift + up, 80, part))
        for part in (4, 5, 7):
            notes += [BandNote(start, BAR, pitch + up, 60, part) for pitch in chord]
        notes += _beat(bar)
    return sorted(notes, key=lambda note: (note.start, note.pitch, note.part))


@cache
def band_midi() -> bytes:
    """The band as a file of format 1: a track of tempi, metre and keys, and one per part."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    metas = [(0, mido.MetaMessage("time_signature", numerator=4, denominator=4))]
    metas += [(tick, _tempo(tempo)) for tick, tempo in BAND_TEMPI]
    names = {(-3, False): "Eb", (3, True): "F#m"}
    metas += [
        (tick, mido.MetaMessage("key_signature", key=names[fifths, minor]))
        for tick, fifths, minor in BAND_KEYS
    ]
    file.tracks.append(_track("A band", metas))
    notes = band_notes()
    for number, (name, program, channel) in enumerate(BAND_PARTS):
        events = [(0, mido.Message("program_change", program=program, channel=channel))]
        if name == "Piano":
            for bar in BAND_PEDAL_BARS:
                events += _pedal(bar * BAR, bar * BAR + BAR // 2, channel)
        for note in notes:
            if note.part == number:
                events += _note(note.start, note.duration, note.pitch, note.velocity, channel)
        file.tracks.append(_track(name, events))
    return _bytes(file)


def band_score() -> Score:
    """The band as a score, without its pedal."""
    programs = [program for _, program, _ in BAND_PARTS]
    rows = [
        (note.start, note.duration, note.pitch, note.velocity, programs[note.part], note.part)
        for note in band_notes()
    ]
    parts = [
        Part(name, program, channel == DRUM_CHANNEL, track)
        for track, (name, program, channel) in enumerate(BAND_PARTS)
    ]
    return Score(
        notes_from(rows),
        BAND_TEMPI[0][1],
        (Metre(0, 4, 4),),
        "band",
        tuple(parts),
        tuple(TempoChange(tick, tempo) for tick, tempo in BAND_TEMPI[1:]),
        tuple(KeySignature(*key) for key in BAND_KEYS),
        resolution=TICKS,
    )


@cache
def performance_midi(notes: int = 300) -> bytes:
    """A piano recording at 120 in 4/4 whose notes lie on no beat, with a pedal change a second."""
    events = [(0, mido.Message("program_change", program=0, channel=0))]
    for start, duration, pitch, velocity in _played(notes):
        events += _note(start, duration, pitch, velocity, 0)
    last = max(tick for tick, _ in events)
    for start in range(0, last, 2 * TICKS):
        events += _pedal(start, start + TICKS, 0)
    return _piano([(0, _tempo(120.0))], events)


def performance_score(notes: int = 300) -> Score:
    """The recording as a score, without its pedal."""
    rows = notes_from(_played(notes))
    parts = (Part("Piano"),)
    return Score(rows, name="performance", parts=parts, resolution=TICKS, is_performance=True)


@cache
def rubato_midi(changes: int = 500) -> bytes:
    """A piano piece on the beat, in eighths, with a change of tempo at every eighth, and pedal."""
    rng = np.random.default_rng(3)
    tempi = 90 + 30 * np.sin(np.arange(changes + 1) / 12) + rng.normal(0, 3, changes + 1)
    metas = [(i * TICKS // 2, _tempo(float(tempo))) for i, tempo in enumerate(tempi)]
    events: list[tuple[int, mido.Message]] = []
    for i in range(changes + 1):
        chord = _CHORDS[i // 8 % 4]
        events += _note(i * TICKS // 2, TICKS // 2, chord[i % 3] + 12, 60 + i % 40, 0)
        if i % 8 == 0:
            events += _note(i * TICKS // 2, BAR, chord[0] - 12, 70, 0)
            events += _pedal(i * TICKS // 2, i * TICKS // 2 + BAR - 120, 0)
    return _piano(metas, events)


def _beat(bar: int) -> list[BandNote]:
    """One bar of drums: kick on 1 and 3, snare on 2 and 4, hats, a crash every 8."""
    start, part = bar * BAR, len(BAND_PARTS) - 1
    beat = [(0, KICK), (1, SNARE), (2, KICK), (3, SNARE)]
    notes = [BandNote(start + at * TICKS, TICKS // 4, key, 100, part) for at, key in beat]
    for eighth in range(8):
        key = OPEN_HAT if eighth == 7 else CLOSED_HAT
        notes.append(BandNote(start + eighth * TICKS // 2, TICKS // 4, key, 70, part))
    return notes + [BandNote(start, TICKS, CRASH, 110, part)] * (bar % 8 == 0)


def _played(count: int) -> list[tuple[int, int, int, int]]:
    """Start, duration, pitch and velocity of notes as a pianist plays them."""
    rng = np.random.default_rng(11)
    starts = np.cumsum(rng.gamma(2.0, 95.0, count)).astype(int)
    durations = rng.gamma(3.0, 130.0, count).astype(int) + 20
    pitches = np.clip(np.rint(rng.normal(62, 11, count)), 30, 96).astype(int)
    velocities = np.clip(np.rint(rng.normal(68, 14, count)), 20, 120).astype(int)
    rows: list[tuple[int, int, int, int]] = []
    free = dict.fromkeys(range(128), 0)  # tick at which a key may be struck again
    columns = zip(
        starts.tolist(), durations.tolist(), pitches.tolist(), velocities.tolist(), strict=True
    )
    for start, duration, pitch, velocity in columns:
        if free[pitch] <= start:
            rows.append((start, duration, pitch, velocity))
            free[pitch] = start + duration
    return rows


def _piano(
    metas: list[tuple[int, mido.MetaMessage]], events: list[tuple[int, mido.Message]]
) -> bytes:
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    metre = mido.MetaMessage("time_signature", numerator=4, denominator=4)
    file.tracks.append(_track("", [(0, metre), *metas]))
    file.tracks.append(_track("Piano", events))
    return _bytes(file)


def _note(
    start: int, duration: int, pitch: int, velocity: int, channel: int
) -> list[tuple[int, mido.Message]]:
    on = mido.Message("note_on", note=pitch, velocity=velocity, channel=channel)
    off = mido.Message("note_off", note=pitch, velocity=0, channel=channel)
    return [(start, on), (start + duration, off)]


def _pedal(down: int, up: int, channel: int) -> list[tuple[int, mido.Message]]:
    """The sustain pedal down from one tick to another."""
    values = ((down, 127), (up, 0))
    return [
        (tick, mido.Message("control_change", control=64, value=value, channel=channel))
        for tick, value in values
    ]


def _tempo(tempo: float) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=round(60e6 / tempo))


def _track(name: str, events: list[tuple[int, mido.Message]]) -> mido.MidiTrack:
    """A track of events at ticks; at one tick releases come before notes."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)] if name else [])
    before = 0
    for tick, message in sorted(events, key=lambda event: (event[0], event[1].type == "note_on")):
        track.append(message.copy(time=tick - before))
        before = tick
    return track


def _bytes(file: mido.MidiFile) -> bytes:
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()
