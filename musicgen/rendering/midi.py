"""A score as a MIDI file, through pretty_midi: what any sequencer opens."""

from __future__ import annotations

import io

import numpy as np
import pretty_midi

from musicgen.score import TICKS_PER_QUARTER, Score, without_overlaps

FILE_TICKS_PER_QUARTER = 96  # readers refuse ticks over 10^7: this leaves 100,000 quarters
_SCALE = FILE_TICKS_PER_QUARTER // TICKS_PER_QUARTER

assert _SCALE * TICKS_PER_QUARTER == FILE_TICKS_PER_QUARTER


def midi_bytes(score: Score, title: str = "", note: str = "") -> bytes:
    """The score as a MIDI file: tempo, metres, a named track for each part and programme.

    title, note: kept as text events at tick 0 of the first track; the title is the score's own
    name where not given. Times are exact. A key
    cannot sound twice at once in one track: a note that is still sounding when its part
    strikes the key again ends there, and of two at once the longer stays.
    """
    file = io.BytesIO()
    to_pretty_midi(score, title, note).write(file)
    return file.getvalue()


def to_pretty_midi(score: Score, title: str = "", note: str = "") -> pretty_midi.PrettyMIDI:
    """The score as a pretty_midi object; the seconds in it fall on the file's ticks."""
    microseconds = round(60e6 / score.tempo)  # a quarter
    # pretty_midi cuts the fraction off when it writes: stay just above the whole number.
    midi = pretty_midi.PrettyMIDI(
        resolution=FILE_TICKS_PER_QUARTER,
        initial_tempo=60e6 / (microseconds + 0.01),
        charset="utf-8",
    )
    seconds_per_tick = (microseconds + 0.01) / 1e6 / TICKS_PER_QUARTER
    for metre in score.metres:
        time = metre.start * seconds_per_tick
        midi.time_signature_changes.append(
            pretty_midi.TimeSignature(metre.numerator, metre.denominator, time)
        )
    for text in filter(None, (title or score.name, note)):
        written = text.encode("utf-8", "replace").decode("utf-8")
        midi.text_events.append(pretty_midi.Text(written, 0.0))
    for name, notes in midi_tracks(score):
        instrument = pretty_midi.Instrument(int(notes["program"][0]), name=name)
        instrument.notes = [
            pretty_midi.Note(
                velocity=int(note["velocity"]),
                pitch=int(note["pitch"]),
                start=float(note["start"] * seconds_per_tick),
                end=float((note["start"] + note["duration"]) * seconds_per_tick),
            )
            for note in notes
        ]
        midi.instruments.append(instrument)
    return midi


def midi_tracks(score: Score) -> list[tuple[str, np.ndarray]]:
    """Name and notes of each track: one for each part and programme, no key twice at once."""
    pairs = np.unique(score.notes[["part", "program"]])
    several = len(np.unique(pairs["part"])) > 1
    tracks = []
    for part, program in pairs:
        mine = (score.notes["part"] == part) & (score.notes["program"] == program)
        instrument = pretty_midi.program_to_instrument_name(int(program))
        name = f"Part {part + 1}: {instrument}" if several else instrument
        tracks.append((name, without_overlaps(score.notes[mine])))
    return tracks
