"""MIDI bytes read by four libraries, each into the same rows."""

import io

import mido
import music21
import pretty_midi
import symusic

from musicgen.rendering.midi import FILE_TICKS_PER_QUARTER

Row = tuple[
    int, int, int, int, int
]  # start and duration in the file's ticks, pitch, velocity, program


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
    # By default music21 rounds to 16ths and triplets, and takes what begins and ends within
    # its rounding for a chord: 48 to the quarter is finer than the files' own ticks.
    score = music21.midi.translate.midiStringToStream(data, quarterLengthDivisors=(48,))
    rows = []
    for part in score.parts:
        program = part[music21.instrument.Instrument].first().midiProgram
        rows += [(*row, program) for row in joined(part)]
    return sorted(rows)


def joined(part: music21.stream.Part) -> list[tuple[int, int, int, int]]:
    """Start, duration, pitch and velocity of a part's notes; what is tied is one note."""
    rows, ending = [], {}
    for element in part.flatten().notes:
        for note in getattr(element, "notes", [element]):
            start = element.offset * FILE_TICKS_PER_QUARTER
            duration = element.duration.quarterLength * FILE_TICKS_PER_QUARTER
            assert start == round(start) and duration == round(duration)
            tie = note.tie.type if note.tie else ""
            if tie in ("continue", "stop"):
                row = ending.pop((note.pitch.midi, start))
                row[1] += round(duration)
            else:
                row = [round(start), round(duration), note.pitch.midi, note.volume.velocity]
                rows.append(row)
            if tie in ("start", "continue"):
                ending[note.pitch.midi, start + duration] = row
    return [tuple(row) for row in rows]


READERS = {
    "pretty_midi": with_pretty_midi,
    "mido": with_mido,
    "symusic": with_symusic,
    "music21": with_music21,
}
