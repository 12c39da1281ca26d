"""Score to MIDI file, through mido: a format that any sequencer opens."""

from __future__ import annotations

import io
from collections.abc import Sequence

import mido
import numpy as np
import pretty_midi

from musicgen.metres import TICKS_PER_QUARTER, Metre
from musicgen.score import Score, without_overlaps

FILE_TICKS_PER_QUARTER = 96  # readers refuse ticks over 10^7: this leaves 100,000 quarters
_SCALE = FILE_TICKS_PER_QUARTER // TICKS_PER_QUARTER
assert _SCALE * TICKS_PER_QUARTER == FILE_TICKS_PER_QUARTER

_CHANNELS = [channel for channel in range(16) if channel != 9]  # channel 9 is for drums


def midi_bytes(score: Score, title: str = "", text: str = "") -> bytes:
    """Contents of a MIDI file: tempo, metres, a named track for each part and programme.

    title, text: text events at tick 0 of the first track; the title is the score's name by default.
    Times are exact. A key cannot sound twice at once in one track: a note that still sounds when
    its part strikes the key again ends there, and of two that start together the longer stays.
    """
    buffer = io.BytesIO()
    midi_file(score, title, text).save(file=buffer)
    return buffer.getvalue()


def midi_file(score: Score, title: str = "", text: str = "") -> mido.MidiFile:
    """The score as a mido object: a track of tempo, metres and texts, then those of the notes."""
    file = mido.MidiFile(ticks_per_beat=FILE_TICKS_PER_QUARTER, charset="utf-8")
    texts = [content for content in (title or score.name, text) if content]
    file.tracks.append(_timing_track(score.tempo, score.metres, texts))
    for number, (name, notes) in enumerate(midi_tracks(score)):
        channel = _CHANNELS[number % len(_CHANNELS)]
        file.tracks.append(_note_track(name, notes, channel))
    return file


def midi_tracks(score: Score) -> list[tuple[str, np.ndarray]]:
    """Name and notes of one track for each part and programme, no key sounding twice at once."""
    pairs = np.unique(score.notes[["part", "program"]])
    several_parts = len(np.unique(pairs["part"])) > 1
    tracks = []
    for part, program in pairs:
        in_track = (score.notes["part"] == part) & (score.notes["program"] == program)
        instrument = pretty_midi.program_to_instrument_name(int(program))
        name = f"Part {part + 1}: {instrument}" if several_parts else instrument
        tracks.append((name, without_overlaps(score.notes[in_track])))
    return tracks


def _timing_track(tempo: float, metres: Sequence[Metre], texts: Sequence[str]) -> mido.MidiTrack:
    """Tempo, first metre and texts at tick 0, then the other metres."""
    microseconds = round(60e6 / tempo)  # a quarter note
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=microseconds)])
    now = 0
    for metre in metres:
        track.append(
            mido.MetaMessage(
                "time_signature",
                numerator=metre.numerator,
                denominator=metre.denominator,
                time=metre.start * _SCALE - now,
            )
        )
        now = metre.start * _SCALE
    # A lone surrogate cannot be encoded.
    encodable = [content.encode("utf-8", "replace").decode("utf-8") for content in texts]
    track[2:2] = [mido.MetaMessage("text", text=content) for content in encodable]
    track.append(mido.MetaMessage("end_of_track", time=1))
    return track


def _note_track(name: str, notes: np.ndarray, channel: int) -> mido.MidiTrack:
    """Notes of one programme; a note ends as a note_on of velocity 0."""
    starts, ends = notes["start"], notes["start"] + notes["duration"]
    ticks = np.concatenate([starts, ends]).astype(np.int64) * _SCALE
    pitches = np.tile(notes["pitch"], 2)
    velocities = np.concatenate([notes["velocity"], np.zeros_like(notes["velocity"])])
    order = np.lexsort((velocities, pitches, ticks))  # ends before starts of the same key
    delays = np.diff(ticks[order], prepend=0)
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name=name),
            mido.Message("program_change", program=int(notes["program"][0]), channel=channel),
        ]
    )
    columns = (pitches[order].tolist(), velocities[order].tolist(), delays.tolist())
    track += [
        mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=delay)
        for pitch, velocity, delay in zip(*columns, strict=True)
    ]
    track.append(mido.MetaMessage("end_of_track", time=1))
    return track
