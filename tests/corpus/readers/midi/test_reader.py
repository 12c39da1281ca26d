"""Reading of MIDI files: times, parts, drums, tempo, metres and refusals."""

from __future__ import annotations

import numpy as np
import pretty_midi
import pytest
from hypothesis import given, settings

from musicgen.corpus.bundled.midi_writer import midi_of_parts
from musicgen.corpus.collection import Piece, RefusedFile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import Limits
from musicgen.corpus.readers.midi.reader import read_midi
from musicgen.corpus.readers.read_score import read_piece, read_score
from musicgen.metres import COMMON_TIME, Metre
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from, without_overlaps
from musicgen.score_fields import NO_RELEASE, KeySignature, Part, TempoChange
from tests.helpers.locations import CORPORA
from tests.helpers.score_strategies import scores
from tests.helpers.small_midi import control, key, midi, name, note, program, signature, tempo

SMALL = Limits(notes=3, parts=2, quarters=100, gap_quarters=8)


def test_one_note() -> None:
    score = read_score(midi(note(60, 480, after=240, velocity=99)), "songs/My song.mid")
    assert score.notes.tolist() == [(12, 24, 60, 99, 0, 0)]
    assert (score.tempo, score.metres, score.name) == (120.0, (COMMON_TIME,), "My song")


@pytest.mark.parametrize(
    ("starts", "duration", "expected"),
    [
        (9, 480, (0, 24)),  # 0.45 of a tick of the grid: down
        (10, 480, (1, 24)),  # 0.5: up, and so is its end
        (0, 1, (0, 1)),  # the shortest note is one tick long
        (470, 30, (24, 1)),  # 23.5 to 25
        (160, 160, (8, 8)),  # triplets are exact
    ],
)
def test_times_are_those_of_the_file_and_rounded_on_the_grid(
    starts: int, duration: int, expected: tuple[int, int]
) -> None:
    score = read_score(midi(note(60, duration, after=starts)), "a.mid")
    quarter = score.resolution
    assert score.notes[["start", "duration"]].tolist() == [
        (starts * quarter // 480, duration * quarter // 480)
    ]
    assert tuple(score.on_grid().notes[["start", "duration"]][0]) == expected


def test_parts_are_those_of_the_tracks_with_drums() -> None:
    data = midi(
        tempo(500_000),
        name("Guitar") + program(24) + note(64, 480),
        note(36, 480, channel=9) + note(38, 480, channel=9),
        program(33, channel=1) + note(40, 960, channel=1),
    )
    score, left_out = read_midi(data, "band")
    assert left_out == ()
    assert score.parts == (
        Part("Guitar", 24, track=0, channel=0),
        Part("", 0, is_drum=True, track=1, channel=9),
        Part("", 33, track=2, channel=1),
    )
    assert score.notes.tolist() == [
        (0, 24, 36, 80, 0, 1),
        (0, 48, 40, 80, 33, 2),
        (0, 24, 64, 80, 24, 0),
        (24, 24, 38, 80, 0, 1),
    ]
    assert score.pitched.notes["pitch"].tolist() == [40, 64]


def test_a_release_ends_the_oldest_note_of_its_key() -> None:
    on, off = b"\x90\x3c\x50", b"\x80\x3c\x00"
    data = midi([(0, on), (240, on), (240, off), (480, off), (0, on), (480, off)])
    score = read_score(data, "a.mid")
    assert score.notes[["start", "duration"]].tolist() == [(0, 24), (12, 36), (48, 24)]
    # On the grid a key sounds once: its first release ends both.
    assert score.on_grid().notes[["start", "duration"]].tolist() == [(0, 24), (12, 12), (48, 24)]


def test_a_note_without_a_release_ends_with_its_key_or_its_track() -> None:
    on, off, other = b"\x90\x3c\x50", b"\x80\x3c\x00", b"\x90\x40\x50"
    score = read_score(midi([(0, on), (240, on), (240, off), (0, other), (480, off)][:5]), "a.mid")
    assert score.notes[["start", "duration", "pitch"]].tolist() == [
        (0, 24, 60),
        (12, 36, 60),
        (24, 24, 64),
    ]
    assert score.releases.tolist() == [(24, 64, 0, NO_RELEASE)]


def test_pedal_tempi_and_keys_are_read() -> None:
    data = midi(
        tempo(1_000_000) + key(-3, minor=True) + tempo(500_000, after=480),
        note(60, 480) + control(64, 127, after=240) + control(64, 0, after=240) + control(7, 99),
    )
    score, left_out = read_midi(data, "a")
    assert (score.tempo, score.tempo_changes) == (60.0, (TempoChange(24, 120.0),))
    assert score.seconds_at([24, 48]).tolist() == [1.0, 1.5]
    assert score.keys == (KeySignature(0, -3, is_minor=True),)
    assert score.pedals.tolist() == [(36, 12, 0)]
    assert left_out == ("1 controller change",)


def test_the_mean_tempo_keeps_the_duration() -> None:
    # One quarter at 60 and one at 120 last a second and a half: 80 quarters a minute.
    score = read_score(midi(tempo(1_000_000) + note(60, 480) + tempo(500_000) + note(60, 480)), "a")
    assert score.mean_tempo == 80.0
    assert score.seconds == 1.5


def test_impossible_tempi_are_skipped() -> None:
    assert read_score(midi(tempo(0) + note(60, 480)), "a").tempo == 120.0
    assert read_score(midi(tempo(0xFFFFFF) + note(60, 480)), "a").tempo == 120.0
    assert read_score(midi(tempo(0) + tempo(600_000) + note(60, 480)), "a").tempo == 100.0


def test_a_pickup_is_a_short_first_metre() -> None:
    data = midi(signature(1, 2) + signature(3, 2, after=480) + note(60, 480, after=0))
    score = read_score(data, "a")
    assert score.metres == (Metre(0, 1, 4), Metre(24, 3, 4))
    assert [int(item[0]) for item in score.bar_positions([0])] == [0, 48, 72]


def test_impossible_metres_are_skipped_and_the_last_of_several_counts() -> None:
    changes = signature(0, 2) + signature(4, 9) + signature(3, 2) + signature(6, 3)
    assert read_score(midi(changes + note(60, 480)), "a").metres == (Metre(0, 6, 8),)
    assert read_score(midi(signature(0, 2) + note(60, 480)), "a").metres == (COMMON_TIME,)


def test_a_riff_file_contains_midi() -> None:
    data = midi(note(60, 480))
    riff = b"RIFF" + (len(data) + 12).to_bytes(4, "little") + b"RMIDdata"
    assert len(read_score(riff + len(data).to_bytes(4, "little") + data, "a.rmi")) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"Dear diary, today I", "it is not a MIDI file, whatever its name says"),
        (b"MThd\0\0\0\6\0\1", "the file is cut short"),
        (midi(), "it holds no note that begins and ends"),
        (
            midi(note(60, 1), ticks_per_quarter=0),
            "its header says no ticks per quarter note (none)",
        ),
        (
            midi(note(60, 1), ticks_per_quarter=0xE728),
            "its header says no ticks per quarter note (film frames instead)",
        ),
    ],
)
def test_files_without_music_are_refused_with_a_reason(data: bytes, reason: str) -> None:
    piece = read_piece(data, "a.mid")
    assert isinstance(piece, RefusedFile)
    assert (piece.file, piece.reason) == ("a.mid", reason)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (midi(note(60, 480) * 4), "it holds 4 notes; a piece has at most 3"),
        (
            midi(*[note(60 + part, 480) for part in range(3)]),
            "it holds 3 parts; at most 2 are read",
        ),
        (
            midi(note(60, 480 * 101)),
            "it lasts 101 quarter notes; a piece has at most 100",
        ),
        (
            midi(note(60, 480) + note(60, 480, after=480 * 9)),
            "it holds a silence of 9 quarter notes; at most 8 are taken for music",
        ),
        (
            midi(note(60, 480, after=480 * 9)),
            "it holds a silence of 9 quarter notes; at most 8 are taken for music",
        ),
    ],
)
def test_files_beyond_the_limits_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableScore) as problem:
        read_midi(data, "a", SMALL)
    assert problem.value.reason == reason


def test_a_held_note_is_no_silence() -> None:
    held, other = note(40, 480 * 20), note(60, 480) + note(60, 480, after=480 * 18)
    assert len(read_midi(midi(held, other), "a", SMALL)[0]) == 3


def test_hostile_files_are_read_or_refused_with_a_reason() -> None:
    if not CORPORA.is_dir():
        pytest.skip("the hostile files are not on this machine")
    pieces = {
        path.name: read_piece(path.read_bytes(), path.name)
        for path in sorted((CORPORA / "hostile").iterdir())
    }
    reasons = {name: item.reason for name, item in pieces.items() if isinstance(item, RefusedFile)}
    assert reasons == {
        "empty.mid": "the file is empty",
        "gap_x16_overflow_int32.mid": (
            "it lasts 8,947,848 quarter notes; a piece has at most 60,000"
        ),
        "one_huge_gap.mid": "it lasts 559,242 quarter notes; a piece has at most 60,000",
        "only_hdr.mid": "it holds no note that begins and ends",
        "tpq0.mid": "its header says no ticks per quarter note (none)",
    }
    unreleased = pieces["no_noteoff.mid"]
    assert isinstance(unreleased, Piece)
    assert len(unreleased.score) == len(unreleased.score.releases) == 2
    for file in ("tempo0.mid", "text_latin1.mid", "timesig_num_0.mid"):
        piece = pieces[file]
        assert isinstance(piece, Piece)
        assert piece.score.notes.tolist() == [(0, 24, 60, 80, 0, 0)]
        assert (piece.score.tempo, piece.score.metres) == (120.0, (COMMON_TIME,))


@settings(max_examples=60, deadline=None)
@given(scores())
def test_a_written_score_is_read_back(score: Score) -> None:
    expected_score = _writable(score)
    if len(expected_score):
        assert read_score(midi_of_parts(expected_score), "made up.mid") == expected_score


def _writable(score: Score) -> Score:
    """The score without overlaps on one key of a track, which MIDI cannot represent."""
    tracks = np.unique(score.notes[["part", "program"]])
    notes = [np.zeros(0, score.notes.dtype)]
    for number, track in enumerate(tracks):
        rows = score.notes[score.notes[["part", "program"]] == track]
        notes.append(without_overlaps(rows))
        notes[-1]["part"] = number
    return Score(np.concatenate(notes), score.tempo, score.metres)


def test_tracks_have_the_names_of_parts() -> None:
    score = Score(notes_from([(0, 24, 72, 80, 19, 0), (0, 24, 48, 80, 19, 1)]), 90.0)
    data = midi_of_parts(score, ("Soprano", "Bass"))
    assert data == midi_of_parts(score, ("Soprano", "Bass"))
    assert b"Soprano" in data and b"Bass" in data


def test_notes_of_real_files_equal_pretty_midi() -> None:
    if not CORPORA.is_dir():
        pytest.skip("piano92 is not on this machine")
    ours, theirs = np.zeros((2, 128), np.int64)
    for path in sorted((CORPORA / "piano92").glob("*.mid"))[::12]:
        score = read_score(path.read_bytes(), path.name)
        parts = [part for part in pretty_midi.PrettyMIDI(str(path)).instruments if not part.is_drum]
        ours += np.bincount(score.notes["pitch"], minlength=128)
        theirs += np.bincount([n.pitch for part in parts for n in part.notes], minlength=128)
        end = max(n.end for part in parts for n in part.notes)
        assert score.seconds == pytest.approx(end, rel=0.01), path.name
    # The two differ where a key is struck again before its release.
    assert np.abs(ours - theirs).sum() <= theirs.sum() / 500
    assert theirs.sum() > 5000


def test_a_track_that_ends_within_its_last_event_is_read() -> None:
    data = midi(note(60, 480))
    length = int.from_bytes(data[18:22], "big") - 1  # without the last byte of "end of track"
    cut = data[:18] + length.to_bytes(4, "big") + data[22:-1]
    assert len(read_score(cut, "a.mid")) == 1


def test_notes_that_start_together_keep_their_releases_and_order() -> None:
    loud, soft, off = b"\x90\x3c\x70", b"\x90\x3c\x20", b"\x80\x3c\x00"
    data = midi([(0, loud), (0, soft), (240, off)], [(0, soft), (0, loud), (240, off), (240, off)])
    score = read_score(data, "a.mid")
    assert score.releases.tolist() == [(0, 60, 0, NO_RELEASE)]
    assert read_score(midi_bytes(score), "b.mid") == score


@pytest.mark.parametrize("velocity", [0, 70])  # of a note at the last tick: a release, or a strike
def test_notes_without_a_release_end_with_a_note_at_the_last_tick(velocity: int) -> None:
    strikes = [(0, b"\x90\x3c\x50"), (480, b"\x90\x40\x50"), (0, bytes([0x90, 64, velocity]))]
    score = read_score(midi(strikes), "a.mid")
    assert set((score.notes["start"] + score.notes["duration"]).tolist()) == {25}
    assert read_score(midi_bytes(score), "a.mid") == score
