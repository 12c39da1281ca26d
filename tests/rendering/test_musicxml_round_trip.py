"""What MusicXML files of this program hold, read back by its own reader."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from musicgen.corpus.readers.formats import MUSICXML
from musicgen.corpus.readers.notation import read_text
from musicgen.metres import Metre
from musicgen.rendering.musicxml import Unprintable, musicxml_bytes
from musicgen.score import Score, notes_from
from musicgen.score_fields import KeySignature, Part, TempoChange
from tests.helpers.bands import band_score, performance_score
from tests.helpers.score_strategies import bands
from tests.rendering.rendered_scores import one_note_a_key, scores

F_MAJOR = (KeySignature(0, -1),)


def read_back(score: Score) -> Score:
    return read_text(musicxml_bytes(score).decode(), MUSICXML, "piece").score.on_grid()


@settings(max_examples=25, deadline=None)
@given(scores())
def test_notes_parts_keys_and_tempo_come_back(score: Score) -> None:
    score = replace(one_note_a_key(score), keys=F_MAJOR)
    back = read_back(score)
    assert back.notes.tolist() == score.notes.tolist()
    assert replace(back, metres=score.metres) == score


@settings(max_examples=25, deadline=None)
@given(bands())
def test_all_that_a_band_holds_comes_back(score: Score) -> None:
    score = score.on_grid()
    assert read_back(score) == score


def test_a_file_whose_metre_was_changed_is_read_as_it_stands() -> None:
    metres = (Metre(0, 4, 4), Metre(72, 2, 4), Metre(120, 4, 4))
    score = Score(notes_from([(0, 240, 62)]), metres=metres, keys=F_MAJOR)
    assert read_back(score) == score
    text = musicxml_bytes(score).decode().replace("<beats>2</beats>", "<beats>1</beats>")
    assert read_text(text, MUSICXML, "piece").score.metres[:2] == (Metre(0, 3, 4), Metre(72, 2, 4))


def test_a_band_comes_back_with_its_drums_tempi_and_keys() -> None:
    assert read_back(band_score()) == band_score().on_grid()


def test_a_piano_on_two_staves_is_one_part() -> None:
    rows = [(0, 48, 40), (0, 24, 76), (24, 24, 72), (48, 48, 43), (48, 48, 79)]
    score = Score(notes_from(rows), keys=F_MAJOR, parts=(Part("Piano"),))
    assert "<staves>2</staves>" in musicxml_bytes(score).decode()
    assert read_back(score) == score


def test_a_part_without_notes_and_two_parts_of_one_track_come_back() -> None:
    parts = (Part("Strings", 48, track=3), Part("Plucked", 45, track=3), Part("Flute", 73, track=4))
    rows = [(0, 24, 60, 80, 48, 0), (24, 24, 67, 80, 45, 1)]
    score = Score(notes_from(rows), keys=F_MAJOR, parts=parts)
    assert read_back(score) == score


def test_tempi_come_back_wherever_they_change() -> None:
    changes = (TempoChange(30, 90.0), TempoChange(31, 93.75), TempoChange(96, 60.0))
    rows = [(24 * n, 24, 60 + n) for n in range(8)]
    score = Score(notes_from(rows), 120.0, keys=F_MAJOR, tempo_changes=changes)
    back = read_back(score)
    assert back == score
    assert np.allclose(back.seconds_at(range(192)), score.seconds_at(range(192)))


def test_a_change_of_key_comes_back_where_it_is() -> None:
    keys = (KeySignature(0, 2), KeySignature(96, -3, True))
    score = Score(notes_from([(0, 96, 62), (96, 96, 63)]), keys=keys)
    assert read_back(score).keys == keys


def test_a_performance_has_no_bars_to_write() -> None:
    with pytest.raises(Unprintable, match="without a beat"):
        musicxml_bytes(performance_score())


def test_a_pickup_comes_back() -> None:
    metres = (Metre(0, 1, 8), Metre(12, 6, 8))
    score = Score(notes_from([(0, 12, 67), (12, 36, 72)]), metres=metres, keys=F_MAJOR)
    assert read_back(score) == score


def test_a_key_inside_a_bar_comes_back() -> None:
    keys = (KeySignature(0, 2), KeySignature(30, -3, True))
    score = Score(notes_from([(0, 200, 62), (120, 24, 65)]), keys=keys)
    assert read_back(score) == score
