"""Parts of MIDI files: by track, channel and program."""

from __future__ import annotations

import pytest

from musicgen.corpus.readers.midi.reader import read_midi
from musicgen.corpus.readers.read_score import read_score
from tests.helpers.small_midi import Event, control, midi, note, program


def test_a_change_of_program_begins_a_part() -> None:
    data = midi(program(24) + note(64, 480) + program(40) + note(65, 480) + program(24))
    score = read_score(data, "a.mid")
    assert [(part.program, part.track) for part in score.parts] == [(24, 0), (40, 0)]
    assert score.notes[["pitch", "part"]].tolist() == [(64, 0), (65, 1)]


def test_a_program_after_the_first_note_of_its_channel_holds_for_the_later_ones() -> None:
    data = midi(program(5, 1) + note(60, 9) + note(62, 9, channel=1) + program(7) + note(64, 9))
    score = read_score(data, "a.mid")
    assert [(part.program, part.channel) for part in score.parts] == [(5, 1), (0, 0), (7, 0)]
    assert score.notes[["pitch", "program"]].tolist() == [(60, 0), (62, 5), (64, 7)]


@pytest.mark.parametrize("tracks", [1, 32, 33, 200])  # keys of more than 32 have more than 16 bits
def test_notes_of_many_tracks_end_with_the_releases_of_their_own_track(tracks: int) -> None:
    score = read_score(midi(*([*note(60, 480 + 20 * i)] for i in range(tracks))), "a.mid")
    ends = sorted(score.notes[["part", "duration"]].tolist())
    assert ends == [(i, 24 + i) for i in range(tracks)]


def test_channels_of_a_single_track_are_parts_of_one_track() -> None:
    data = midi(note(60, 480) + note(64, 480, channel=3) + note(67, 480, channel=1), kind=0)
    parts = read_score(data, "a.mid").parts
    assert [(part.track, part.channel) for part in parts] == [(0, 0), (0, 3), (0, 1)]


def _mark(text: bytes) -> list[Event]:
    """A sequencer-specific event."""
    return [(0, b"\xff\x7f" + bytes([len(text)]) + text)]


def test_a_track_that_goes_on_with_another_has_its_part() -> None:
    main = program(5) + control(64, 127) + note(60, 480)
    more = _mark(b"\x7dmusicgen: notes of track 0, channel 0") + control(64, 127, channel=3)
    more += program(5, channel=3) + note(60, 240, channel=3)
    score = read_score(midi(main, more), "a.mid")
    assert [(part.program, part.channel) for part in score.parts] == [(5, 0)]
    assert score.notes[["start", "duration", "pitch"]].tolist() == [(0, 12, 60), (0, 24, 60)]
    assert score.pedal_changes.tolist() == [(0, 127, 0)]


@pytest.mark.parametrize("place", [b"track 2, channel 0", b"track 0, channel 16", b"track -1"])
def test_a_mark_of_a_place_that_does_not_exist_says_nothing(place: bytes) -> None:
    marked = _mark(b"\x7dmusicgen: notes of " + place) + note(62, 480)
    assert len(read_score(midi(note(60, 480), marked), "a.mid").parts) == 2


@pytest.mark.parametrize(
    ("pedal", "changes"),
    [
        (control(64, 127, channel=2) + control(64, 0, channel=2, after=480), 2),
        (control(64, 127), 0),  # the note of its channel stands in another track
        (control(64, 0, channel=2), 0),  # never pressed
    ],
)
def test_pedals_of_channels_without_notes_are_said(pedal: list[Event], changes: int) -> None:
    _, left_out = read_midi(midi(note(60, 480), pedal), "a")
    said = f"{changes} pedal changes of channels without notes"
    assert left_out == ((said,) if changes else ())
