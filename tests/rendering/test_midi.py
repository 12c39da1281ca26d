"""MIDI files, read back by four libraries."""

import io
from dataclasses import replace

import mido
import music21
import numpy as np
import pretty_midi
import pytest
from hypothesis import given, settings

from musicgen.composing.records.recipe import Recipe
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.readers.read_score import read_score
from musicgen.rendering.midi import FILE_TICKS_PER_QUARTER, midi_bytes
from musicgen.score import Score, notes_from
from musicgen.score_fields import PEDAL_CHANGE_DTYPE, Part
from tests.helpers.score_strategies import bands
from tests.rendering.four_readers import READERS
from tests.rendering.rendered_scores import (
    CHANGES,
    PICKUP,
    midi_notes,
    random_score,
    scores,
)

SCALE = FILE_TICKS_PER_QUARTER // 24


def messages(data: bytes, kind: str) -> list[mido.MetaMessage]:
    return [
        m for m in mido.merge_tracks(mido.MidiFile(file=io.BytesIO(data)).tracks) if m.type == kind
    ]


@pytest.mark.parametrize("library", READERS)
def test_all_libraries_read_a_small_piece(library: str) -> None:
    score = Score(notes_from([(0, 24, 60, 90), (24, 1, 61, 1), (24, 8, 40, 127, 42, 1)]))
    assert READERS[library](midi_bytes(score)) == [
        (0, 96, 60, 90, 0),
        (96, 4, 61, 1, 0),
        (96, 32, 40, 127, 42),
    ]


@settings(max_examples=40, deadline=None)
@given(scores())
def test_three_libraries_read_the_same_notes(score: Score) -> None:
    data = midi_bytes(score)
    for library in ("pretty_midi", "mido", "symusic"):
        assert READERS[library](data) == midi_notes(score, SCALE), library


@settings(max_examples=40, deadline=None)
@given(bands(tick=6))
def test_all_that_a_band_holds_comes_back(score: Score) -> None:
    assert read_score(midi_bytes(score), "a.mid") == score


@settings(max_examples=20, deadline=None)
@given(bands())
def test_a_performance_comes_back_with_its_clock(score: Score) -> None:
    score = replace(score, resolution=480)
    assert replace(read_score(midi_bytes(score), "a.mid"), is_performance=False) == score


@settings(max_examples=10, deadline=None)
@given(scores())
def test_music21_reads_the_same_notes(score: Score) -> None:
    assert READERS["music21"](midi_bytes(score)) == midi_notes(score, SCALE)


@settings(max_examples=10, deadline=None)
@given(scores())
def test_a_text_beside_the_title_changes_no_note(score: Score) -> None:
    data = midi_bytes(score, "title", text=Recipe("run@best", ComposeSettings()).to_text())
    for library, read in READERS.items():
        assert read(data) == midi_notes(score, SCALE), library


@pytest.mark.slow
def test_four_libraries_read_the_same_notes_of_200_pieces() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        score = random_score(rng, notes=60)
        data = midi_bytes(score)
        for library, read in READERS.items():
            assert read(data) == midi_notes(score, SCALE), library


def test_music21_finds_the_bars_of_a_simple_piece() -> None:
    score = Score(notes_from([(0, 24, 60), (24, 24, 62), (48, 48, 64)]), metres=PICKUP)
    stream = music21.midi.translate.midiStringToStream(midi_bytes(score))
    positions = [
        (note.measureNumber, note.offset, note.quarterLength, note.pitch.midi)
        for note in stream[music21.note.Note]
    ]
    assert positions == [(1, 0, 1, 60), (2, 0, 1, 62), (2, 1, 2, 64)]


@pytest.mark.parametrize("channel", [None, 3])  # of a MIDI file, or of another source
def test_notes_of_a_part_that_overlap_on_a_key_come_back(channel: int | None) -> None:
    rows = [(0, 48, 60), (0, 12, 60, 90), (12, 12, 60), (24, 24, 60), (30, 2, 60), (40, 30, 60)]
    score = Score(notes_from(rows), parts=(Part(channel=channel),))
    data = midi_bytes(score)
    assert read_score(data, "a.mid") == score
    assert READERS["symusic"](data) == midi_notes(score, SCALE)
    if channel is None:  # else as a file has it: pretty_midi ends all notes of a key at once
        assert READERS["pretty_midi"](data) == midi_notes(score, SCALE)
    assert data.count(b"musicgen: notes of track 1, channel") == (2 if channel is None else 1)


def test_programs_that_sound_one_key_on_one_channel_come_back() -> None:
    parts = (Part(program=5, channel=2), Part(program=7, channel=2))
    rows = [(0, 48, 60, 80, 5, 0), (0, 24, 60, 80, 7, 1), (0, 9, 64, 80, 7, 1), (9, 9, 60, 1, 5)]
    score = Score(notes_from(rows), parts=parts)
    assert read_score(midi_bytes(score), "a.mid") == score


def test_more_notes_of_a_key_at_once_than_layers_are_all_written() -> None:
    score = Score(notes_from([(0, 9, 60)] * 40))
    assert len(read_score(midi_bytes(score), "a.mid")) == 40


def test_the_pedal_of_a_part_holds_its_overlapping_notes_too() -> None:
    pedal = np.array([(0, 127, 0), (48, 0, 0)], PEDAL_CHANGE_DTYPE)
    score = Score(notes_from([(0, 48, 60), (12, 12, 60)]), pedal_changes=pedal)
    assert read_score(midi_bytes(score), "a.mid") == score
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(score)))
    pedals = [[m.channel for m in track if m.type == "control_change"] for track in file.tracks]
    assert pedals == [[], [0, 0], [1, 1]]


def test_two_parts_can_hold_the_same_key() -> None:
    score = Score(notes_from([(0, 48, 60, 80, 0, 0), (24, 24, 60, 80, 0, 1)]))
    assert READERS["symusic"](midi_bytes(score)) == [(0, 192, 60, 80, 0), (96, 96, 60, 80, 0)]


@pytest.mark.parametrize("metres", [PICKUP, CHANGES])
def test_a_time_signature_is_where_its_metre_starts(metres: tuple) -> None:
    data = midi_bytes(Score(notes_from([(0, 600, 60)]), metres=metres))
    midi, now, signatures = mido.MidiFile(file=io.BytesIO(data)), 0, []
    for message in midi.tracks[0]:
        now += message.time
        if message.type == "time_signature":
            signatures.append((now // SCALE, message.numerator, message.denominator))
    assert signatures == [(m.start, m.numerator, m.denominator) for m in metres]


@pytest.mark.parametrize(
    "tempo, microseconds", [(120.0, 500_000), (97.0, 618_557), (4.0, 15_000_000)]
)
def test_the_tempo_is_rounded_to_microseconds(tempo: float, microseconds: int) -> None:
    [message] = messages(midi_bytes(Score(notes_from([(0, 24, 60)]), tempo)), "set_tempo")
    assert message.tempo == microseconds


def test_tracks_are_named_by_part_and_instrument() -> None:
    data = midi_bytes(Score(notes_from([(0, 24, 60, 80, 0, 0), (0, 24, 48, 80, 32, 1)])))
    midi = pretty_midi.PrettyMIDI(io.BytesIO(data))
    assert [(track.name, track.program) for track in midi.instruments] == [
        ("Part 1: Acoustic Grand Piano", 0),
        ("Part 2: Acoustic Bass", 32),
    ]


def test_the_title_can_have_any_characters() -> None:
    data = midi_bytes(Score(notes_from([(0, 24, 60)])), title="Dvořák \ud800")
    [message] = messages(data, "text")
    assert message.text.encode("latin1").decode("utf-8") == "Dvořák ?"


def test_pretty_midi_reads_ten_thousand_bars() -> None:
    score = Score(notes_from([(9_999 * 96, 96, 60)]))
    assert READERS["pretty_midi"](midi_bytes(score)) == [(9_999 * 384, 384, 60, 80, 0)]


def test_an_empty_score_is_a_file_without_notes() -> None:
    assert [read(midi_bytes(Score())) for read in READERS.values()] == [[], [], [], []]
