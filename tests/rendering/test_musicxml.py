"""MusicXML, read back by music21."""

import music21
import numpy as np
import pytest
from hypothesis import given, settings

from musicgen.metres import Metre
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.score import Score, notes_from
from tests.rendering.four_readers import parsed_musicxml, with_musicxml
from tests.rendering.rendered_scores import (
    CHANGES,
    METRES,
    PICKUP,
    one_note_a_key,
    random_score,
    scores,
)


def parsed(score: Score, title: str = "") -> music21.stream.Score:
    return parsed_musicxml(musicxml_bytes(score, title))


def read_back(score: Score) -> list[tuple[int, int, int]]:
    return with_musicxml(musicxml_bytes(score))


def expected(score: Score) -> list[tuple[int, int, int]]:
    return sorted(row[:3] for row in score.on_grid().notes[["start", "duration", "pitch"]].tolist())


def test_a_chord_and_a_note_over_the_bar_line() -> None:
    score = Score(notes_from([(0, 24, 60), (0, 24, 64), (84, 24, 67)]))
    assert read_back(score) == [(0, 24, 60), (0, 24, 64), (84, 24, 67)]


@settings(max_examples=10, deadline=None)
@given(scores())
def test_music21_reads_the_same_notes(score: Score) -> None:
    score = one_note_a_key(score)
    assert read_back(score) == expected(score)


@pytest.mark.slow
@pytest.mark.parametrize("metres", METRES)
def test_music21_reads_the_same_notes_of_a_longer_piece(metres: tuple[Metre, ...]) -> None:
    score = one_note_a_key(random_score(np.random.default_rng(6), 80, metres))
    assert read_back(score) == expected(score)


def test_a_pickup_is_bar_0_in_the_metre_that_follows() -> None:
    score = Score(notes_from([(0, 24, 67), (24, 96, 72)]), metres=PICKUP)
    measures = list(parsed(score).parts[0][music21.stream.Measure])
    assert [measure.number for measure in measures] == [0, 1]
    assert [measure.offset for measure in measures] == [0, 1]
    assert measures[0].timeSignature.ratioString == "4/4"
    assert measures[1].timeSignature is None


def test_time_signatures_are_where_the_metre_changes() -> None:
    score = Score(notes_from([(0, 500, 60)]), metres=CHANGES)
    signatures = [
        (measure.offset * 24, measure.timeSignature.ratioString)
        for measure in parsed(score).parts[0][music21.stream.Measure]
        if measure.timeSignature
    ]
    assert signatures == [(0, "3/4"), (144, "6/8"), (370, "5/8")]


@pytest.mark.parametrize(
    "tonic, intervals, sharps",
    [
        (60, (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0), 0),
        (62, (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0), 2),
        (65, (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0), -1),
        (60, (0, 2, 3, 5, 7, 8, 11, 12, 7, 3, 0), -3),  # minor
    ],
)
def test_the_key_signature_is_that_of_the_key(tonic: int, intervals: tuple, sharps: int) -> None:
    score = Score(notes_from([(24 * n, 24, tonic + step) for n, step in enumerate(intervals)]))
    [signature] = parsed(score)[music21.key.KeySignature]
    assert signature.sharps == sharps


def test_pitches_are_spelled_in_the_key() -> None:
    scale = [65, 67, 69, 70, 72, 74, 76, 77, 72, 69, 65]  # F major
    score = Score(notes_from([(24 * n, 24, pitch) for n, pitch in enumerate(scale)]))
    names = [note.nameWithOctave for note in parsed(score).flatten().notes]
    assert names[:4] == ["F4", "G4", "A4", "B-4"]


def test_two_hands_are_one_part_on_two_staves() -> None:
    score = Score(notes_from([(0, 24, 40), (0, 24, 80)]))
    text = musicxml_bytes(score).decode()
    assert text.count("<score-part ") == 1 and "<staves>2</staves>" in text


def test_title_tempo_and_programme_are_written() -> None:
    text = musicxml_bytes(Score(notes_from([(0, 24, 60, 80, 73)]), 97.0), "A & B").decode()
    assert "<work-title>A &amp; B</work-title>" in text
    assert 'tempo="97"' in text
    assert "<midi-program>74</midi-program>" in text  # counted from 1


def test_the_same_score_gives_the_same_bytes() -> None:
    score = Score(notes_from([(0, 24, 60), (0, 48, 43)]), metres=(Metre(0, 3, 4),))
    assert musicxml_bytes(score) == musicxml_bytes(score)


def test_an_empty_score_is_one_empty_bar() -> None:
    [measure] = parsed(Score())[music21.stream.Measure]
    assert [rest.quarterLength for rest in measure.notesAndRests] == [4]
