"""Changes of program within a track: read and written so that other programs read the same."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.reading.round_trips import differences
from musicgen.corpus.readers.read_score import read_score
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from musicgen.score_fields import NO_RELEASE, Part
from tests.helpers.small_midi import Event, control, midi, note, program, tempo
from tests.rendering.four_readers import READERS

ON, OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"
LONG = [(0, ON), (480, *program(24)[0][1:]), (480, OFF)]  # the program changes while it sounds


def test_a_note_has_the_program_before_its_beginning_and_the_file_that_at_its_release() -> None:
    data = midi([*program(5), *LONG, *note(64, 480)])
    score = read_score(data, "a.mid")
    assert score.notes[["pitch", "program"]].tolist() == [(60, 5), (64, 24)]
    assert score.releases.tolist() == [(0, 60, 0, 24)]
    assert READERS["pretty_midi"](midi_bytes(score))[0][-1] == 24  # as it reads the file itself
    assert differences(data) == []
    assert read_score(midi_bytes(score), "b.mid") == score


@pytest.mark.parametrize("pitch", [59, 61])  # written before the other note of its tick, or after
def test_a_change_at_the_tick_of_a_note_and_after_it_holds_for_the_next_one(pitch: int) -> None:
    after = [(0, bytes([0x90, pitch, 80])), (480, OFF), (0, bytes([0x80, pitch, 0]))]
    data = midi([*program(5), (0, ON), *program(24), *after])
    score = read_score(data, "a.mid")
    assert sorted(score.notes[["pitch", "program"]].tolist()) == sorted([(60, 5), (pitch, 24)])
    assert differences(data) == []
    assert read_score(midi_bytes(score), "b.mid") == score


@pytest.mark.parametrize("tracks", [(0, 1), (1, 0)])
def test_the_first_program_of_a_channel_holds_at_its_tick_in_tracks_of_any_order(
    tracks: tuple[int, int],
) -> None:
    parts = (note(60, 240) + note(62, 240), program(5) + control(7, 100))
    score = read_score(midi(*(parts[index] for index in tracks)), "a.mid")
    assert score.notes["program"].tolist() == [5, 5] and len(score.parts) == 1


def test_a_change_in_a_later_track_and_at_the_tick_of_a_note_comes_after_it() -> None:
    notes = note(60, 240) + note(62, 240) + note(64, 240)
    change = [(240, program(5)[0][1]), *control(7, 100)]
    for tracks, expected in (((0, 1), [9, 9, 5]), ((1, 0), [9, 5, 5])):
        parts = (notes, change)
        data = midi(program(9), *(parts[index] for index in tracks))
        assert read_score(data, "a.mid").notes["program"].tolist() == expected
    data = midi([*notes[:1], *program(5), *notes[1:]])  # in the note's own track, after it
    assert read_score(data, "a.mid").notes["program"].tolist() == [0, 5, 5]


def test_releases_before_and_after_a_change_at_their_tick() -> None:
    keys = [60, 64, 67]
    strikes = [(0, bytes([0x90, key, 80])) for key in keys]
    releases: list[Event] = [(480 * (key == 60), bytes([0x80, key, 0])) for key in keys]
    data = midi([*program(5), *strikes, *releases[:1], *program(9), *releases[1:], *note(72, 480)])
    assert differences(data) == []
    assert read_score(data, "a.mid").releases.tolist() == [(0, 64, 0, 9), (0, 67, 0, 9)]


def test_notes_that_share_a_channel_are_released_under_their_own_program() -> None:
    parts = (Part(program=5, channel=2), Part(program=7, channel=2))
    score = Score(notes_from([(0, 96, 60, 80, 5, 0), (24, 24, 72, 80, 7, 1)]), parts=parts)
    data = midi_bytes(score)
    assert READERS["pretty_midi"](data) == READERS["symusic"](data)
    assert read_score(data, "a.mid") == score


def test_notes_without_a_release_are_not_given_one() -> None:
    data = midi([*program(5), (0, ON), *program(9), *note(64, 480)])
    score = read_score(data, "a.mid")
    assert score.releases.tolist() == [(0, 60, 0, NO_RELEASE)]
    assert differences(data) == []


@pytest.mark.parametrize("at", [0, 240])
def test_tempi_outside_of_the_first_track_stay_so(at: int) -> None:
    # Some programs overlook them: what they play is what they play of the original.
    data = midi(tempo(600_000)[: 1 if at else 0], tempo(400_000, after=at) + note(60, 480))
    score = read_score(data, "a.mid")
    assert score.tempo == (100 if at else 150)
    assert len(score.tempo_changes) == (1 if at else 0)
    assert differences(data) == []
    assert read_score(midi_bytes(score), "b.mid") == score


@pytest.mark.parametrize("seed", range(40))
def test_random_changes_are_the_same_to_other_programs(seed: int) -> None:
    data = _random_file(np.random.default_rng(seed))
    score = read_score(data, "a.mid")
    assert differences(data) == []
    assert read_score(midi_bytes(score), "b.mid") == score


def _random_file(rng: np.random.Generator) -> bytes:
    """Two tracks of two channels each: notes, changes of program and of the pedal, often at one
    tick, in any order.
    """
    tracks = []
    for channels in ((0, 1), (2, 3)):
        rows: list[tuple[int, int, bytes]] = []  # tick, order within the tick, message
        for channel in channels:
            rows.append((0, -1, bytes([0xB0 | channel, 64, 0])))
            for key in rng.permutation(np.arange(40, 80))[:12].tolist():
                start = int(rng.integers(0, 12)) * 120
                end = start + int(rng.integers(1, 6)) * 120
                rows.append((start, int(rng.integers(9)), bytes([0x90 | channel, key, 80])))
                rows.append((end, int(rng.integers(9)), bytes([0x80 | channel, key, 0])))
            for _ in range(8):
                at, number = int(rng.integers(0, 18)) * 120, int(rng.integers(0, 4))
                rows.append((at, int(rng.integers(9)), bytes([0xC0 | channel, number])))
                rows.append((at, int(rng.integers(9)), bytes([0xB0 | channel, 64, 127])))
        rows.sort(key=lambda row: row[:2])
        ticks = [tick for tick, _, _ in rows]
        tracks.append(
            [
                (tick - before, message)
                for before, (tick, _, message) in zip([0, *ticks], rows, strict=False)
            ]
        )
    return midi(*tracks)
