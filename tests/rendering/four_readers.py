"""Readers of MIDI files by four libraries, with rows in one format, and of MusicXML by music21."""

import io
from typing import Any

import mido
import music21
import pretty_midi
import symusic
from music21.midi.translate import getNotesFromEvents, getTimeForEvents

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.midi import FILE_TICKS_PER_QUARTER

# Start and duration in the file's ticks, pitch, velocity, programme.
Row = tuple[int, int, int, int, int]

PROGRAM_CHANGE = music21.midi.ChannelVoiceMessages.PROGRAM_CHANGE


def with_pretty_midi(data: bytes) -> list[Row]:
    midi = pretty_midi.PrettyMIDI(io.BytesIO(data))
    rows = []
    for track in midi.instruments:
        for note in track.notes:
            start, end = midi.time_to_tick(note.start), midi.time_to_tick(note.end)
            rows.append((int(start), int(end - start), note.pitch, note.velocity, track.program))
    return sorted(rows)


def with_mido(data: bytes) -> list[Row]:
    rows = []
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks:
        now, program, sounding = 0, 0, {}
        for message in track:
            now += message.time
            if message.type == "program_change":
                program = message.program
            elif message.type == "note_on" and message.velocity:
                assert message.note not in sounding
                sounding[message.note] = (now, message.velocity)
            elif message.type in ("note_on", "note_off"):
                start, velocity = sounding.pop(message.note)
                rows.append((start, now - start, message.note, velocity, program))
        assert not sounding
    return sorted(rows)


def with_symusic(data: bytes) -> list[Row]:
    score = symusic.Score.from_midi(data)
    assert score.ticks_per_quarter == FILE_TICKS_PER_QUARTER
    return sorted(
        (note.time, note.duration, note.pitch, note.velocity, track.program)
        for track in score.tracks
        for note in track.notes
    )


def with_music21(data: bytes) -> list[Row]:
    """Rows of the notes that music21 pairs from events, before it divides them into bars.

    The division rounds to 16ths and triplets, and misplaces some notes that cross a bar line
    where a bar has several voices.
    """
    file = music21.midi.MidiFile()
    file.readstr(data)
    rows = []
    for track in file.tracks:
        programs = [event.data for event in track.events if event.type == PROGRAM_CHANGE]
        for note in getNotesFromEvents(getTimeForEvents(track)):
            start, end = note.onTime, note.offTime
            rows.append((start, end - start, note.event.pitch, note.event.velocity, programs[0]))
    return sorted(rows)


def with_musicxml(data: bytes) -> list[tuple[int, int, int]]:
    """Start, duration and pitch of the notes in a MusicXML file, in ticks of the grid."""
    return sorted(row[:3] for part in parsed_musicxml(data).parts for row in join_ties(part))


def parsed_musicxml(data: bytes) -> music21.stream.Score:
    """The file as music21 parses it."""
    converter = music21.converter.subConverters.ConverterMusicXML()
    converter.parseData(data.decode())
    return converter.stream


def join_ties(part: music21.stream.Part) -> list[tuple[int, int, int, int]]:
    """Start, duration, pitch and velocity of a part's notes; tied notes are one note."""
    rows: list[Any] = []
    tied: dict[Any, Any] = {}  # pitch and end of notes that a tie continues: row
    for element in part.flatten().notes:
        for note in getattr(element, "notes", [element]):
            start = element.offset * TICKS_PER_QUARTER
            duration = element.duration.quarterLength * TICKS_PER_QUARTER
            assert start == round(start) and duration == round(duration)
            tie = note.tie.type if note.tie else ""
            if tie in ("continue", "stop"):
                row = tied.pop((note.pitch.midi, start))
                row[1] += round(duration)
            else:
                row = [round(start), round(duration), note.pitch.midi, note.volume.velocity]
                rows.append(row)
            if tie in ("start", "continue"):
                tied[note.pitch.midi, start + duration] = row
    return [tuple(row) for row in rows]


READERS = {
    "pretty_midi": with_pretty_midi,
    "mido": with_mido,
    "symusic": with_symusic,
    "music21": with_music21,
}
