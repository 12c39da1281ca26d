"""MIDI files that differ from the plain kind: drum channels, formats, chunks, texts, endings."""

from __future__ import annotations

import pytest

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.midi.reader import read_midi
from musicgen.corpus.readers.read_score import read_score
from musicgen.rendering.midi import midi_bytes
from tests.helpers.small_midi import (
    Event,
    control,
    key,
    midi,
    note,
    program,
    signature,
    tempo,
)

GM2_ON = bytes([0xF0, 5, 0x7E, 0x7F, 0x09, 0x03, 0xF7])
XG_ON = bytes([0xF0, 8, 0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7])


def gs_part_mode(block: int, mode: int) -> list[Event]:
    address = [0x40, 0x10 | block, 0x15, mode]
    data = [0x41, 0x10, 0x42, 0x12, *address, -sum(address) % 128, 0xF7]
    return [(0, bytes([0xF0, len(data), *data]))]


def drum_channels(data: bytes) -> list[int | None]:
    return [part.channel for part in read_score(data, "a.mid").parts if part.is_drum]


@pytest.mark.parametrize(
    ("setup", "drums"),
    [
        ([], [9]),
        (gs_part_mode(0xB, 2), [11, 9]),  # blocks 10 to 15 are channels 11 to 16
        (gs_part_mode(0x1, 1), [0, 9]),  # blocks 1 to 9 are channels 1 to 9
        (gs_part_mode(0x0, 0), []),  # block 0 is channel 10
        ([(0, bytes([0xF0, 8, 0x43, 0x10, 0x4C, 8, 11, 7, 2, 0xF7]))], [11, 9]),
        ([(0, XG_ON), *control(0, 127, channel=11), *program(0, channel=11)], [11, 9]),
        ([(0, XG_ON), *control(0, 0, channel=11), *program(0, channel=11)], [9]),
        ([*control(0, 127, channel=11), *program(0, channel=11)], [9]),  # in GS, a variation
        ([(0, GM2_ON), *control(0, 120, channel=11), *program(0, channel=11)], [11, 9]),
    ],
)
def test_channels_of_drums(setup: list[Event], drums: list[int]) -> None:
    data = midi(setup + note(60, 480) + note(36, 480, channel=11) + note(38, 480, channel=9))
    assert drum_channels(data) == drums
    score = read_score(data, "a.mid")
    written = read_score(midi_bytes(score), "a.mid")
    assert written == score and drum_channels(midi_bytes(score)) == drums


def test_a_message_about_drums_is_not_left_out() -> None:
    assert read_midi(midi(gs_part_mode(0xB, 2) + note(60, 480)), "a")[1] == ()
    assert read_midi(midi([(0, XG_ON), *note(60, 480)]), "a")[1] == ("1 system-exclusive message",)


def test_tracks_that_are_songs_of_their_own_are_refused() -> None:
    assert len(read_score(midi(note(60, 480), kind=2), "a.mid")) == 1
    with pytest.raises(UnreadableScore, match=r"a song of its own \(MIDI format 2\)"):
        read_score(midi(note(60, 480), note(62, 480), kind=2), "a.mid")


def test_what_stands_after_the_end_of_a_track_is_not_passed_over_in_silence() -> None:
    end = [(0, b"\xff\x2f\x00")]
    score, left_out = read_midi(midi(note(60, 480) + end + note(62, 480)), "a")
    assert score.notes["pitch"].tolist() == [60]
    assert left_out == ("what stands after the end of a track",)


@pytest.mark.parametrize("controller", [120, 123, 127])
def test_all_notes_off_ends_notes_without_a_release(controller: int) -> None:
    sounding = [(0, b"\x90\x3c\x50"), *control(controller, 0, after=480)]
    data = midi(sounding + note(64, 480, after=480))
    score = read_score(data, "a.mid")
    assert score.notes[["start", "duration", "pitch"]].tolist() == [(0, 24, 60), (48, 24, 64)]
    assert read_score(midi_bytes(score), "a.mid") == score


def test_a_note_before_its_tracks_first_program_has_that_of_the_set_up_track() -> None:
    first = program(42)
    second = note(60, 480) + program(10) + note(62, 480)
    parts = read_score(midi(first, second), "a.mid").parts
    assert [part.program for part in parts] == [10, 42] or [p.program for p in parts] == [42, 10]


def test_programs_of_one_byte_and_meta_events_share_a_track() -> None:
    # Program, the same status again without its byte, a text, then notes with one status.
    events = [(0, b"\xc0\x0a"), (24, b"\x0b"), (0, b"\xff\x01\x01A"), (0, b"\x0c")]
    events += [(0, b"\x90\x3c\x50"), (480, b"\x3c\x00")]
    score = read_score(midi(events), "a.mid")
    assert [part.program for part in score.parts] == [12]
    assert score.notes["pitch"].tolist() == [60]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("Flöte".encode(), "Flöte"),
        ("Flöte".encode("latin-1"), "Flöte"),
        ("“Piano”".encode("cp1252"), "“Piano”"),
        ("ピアノ 1".encode("shift-jis"), "ピアノ 1"),
        ("Piano".encode("utf-16"), "Piano"),
    ],
)
def test_names_in_other_encodings(data: bytes, name: str) -> None:
    track = [(0, b"\xff\x03" + bytes([len(data)]) + data), *note(60, 480)]
    assert read_score(midi(track), "a.mid").parts[0].name == name


@pytest.mark.parametrize("padding", [b"", b"\0"])
def test_an_odd_chunk_of_riff_with_and_without_padding(padding: bytes) -> None:
    inner = midi(note(60, 480))
    chunks = b"INFO" + (3).to_bytes(4, "little") + b"abc" + padding
    chunks += b"data" + len(inner).to_bytes(4, "little") + inner
    data = b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"RMID" + chunks
    assert read_score(data, "a.rmi").notes["pitch"].tolist() == [60]


@pytest.mark.parametrize(
    ("data", "left_out"),
    [
        (midi(note(60, 480)) + b"\0\0\0notes", "what stands outside of its tracks"),
        (midi(note(60, 480)) + b"\0\0\0", None),
        (midi(note(60, 480)) + b"XFKM\0\0\0\2ab", None),  # a chunk of another kind
        (midi(note(60, 480), note(62, 480))[: len(midi(note(60, 480)))], "1 missing track"),
        (
            midi(tempo(50_000) + tempo(16_000_001) + note(60, 480)),
            "2 tempo marks outside 4 to 1,000 quarters a minute",
        ),
        (midi(signature(7, 6) + note(60, 480)), "1 impossible time signature"),
        (midi(signature(0, 2) + note(60, 480)), "1 impossible time signature"),
        (midi(key(9) + note(60, 480)), "1 impossible key signature"),
        (midi([*note(60, 480), (0, b"\xff\x01\x03la ")]), "1 text"),
        (midi([(0, b"\xff\x01\x05Title"), *note(60, 480)]), None),
    ],
)
def test_what_does_not_count_is_said(data: bytes, left_out: str | None) -> None:
    score, said = read_midi(data, "a")
    assert len(score) == 1
    assert said == ((left_out,) if left_out else ())


def packet(status: int, *data: int) -> Event:
    return 0, bytes([status, len(data), *data])


def test_a_message_in_packets_makes_drums_of_a_channel() -> None:
    message = [0x41, 0x10, 0x42, 0x12, 0x40, 0x1B, 0x15, 0x02, 0x0E, 0xF7]
    setup = [packet(0xF0, *message[:5]), packet(0xF7, *message[5:])]
    data = midi(setup + note(36, 480, channel=11) + note(60, 480))
    assert drum_channels(data) == [11]
    assert read_midi(data, "a")[1] == ()


@pytest.mark.parametrize(
    "later",
    [
        control(64, 0, after=1920),
        tempo(1_000_000, after=1920),
        control(64, 127) + control(64, 0, after=1920),
    ],
)
def test_a_note_without_a_release_beside_a_later_event_of_another_track(later: list[Event]) -> None:
    open_note = [(0, b"\x90\x3c\x50"), (480, b"\x90\x3e\x50"), (480, b"\x80\x3e\x00")]
    score = read_score(midi(later, open_note), "a.mid")
    assert score.notes[["start", "duration", "pitch"]].tolist() == [(0, 48, 60), (24, 24, 62)]
    assert read_score(midi_bytes(score), "a.mid") == score


def test_notes_that_share_a_release_end_with_it_though_the_track_goes_on_a_tick() -> None:
    on, off, other = b"\x90\x3c\x50", b"\x80\x3c\x00", b"\x90\x40\x50"
    score = read_score(midi([(0, on), (0, on), (240, off), (0, other)]), "a.mid")
    assert score.notes["duration"].tolist() == [12, 12, 1]
    assert read_score(midi_bytes(score), "a.mid") == score


def test_a_note_that_shares_a_release_at_its_own_tick_is_short_after_writing_too() -> None:
    on, off = b"\x90\x3c\x50", b"\x80\x3c\x00"
    score = read_score(midi([(0, on), (480, on), (0, off), (480, b"\x90\x40\x50")]), "a.mid")
    assert score.notes[["start", "duration"]].tolist()[:2] == [(0, 24), (24, 1)]
    assert read_score(midi_bytes(score), "a.mid") == score
