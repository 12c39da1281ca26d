"""Chords, beats and figures of harmony on hand-made pieces."""

import math

import numpy as np
import pytest

from benchmarks.harmony.chords import (
    QUALITIES,
    beat_ticks,
    chords_at_beats,
    name_chords,
)
from benchmarks.harmony.figures import FIGURES, crossing_figure, harmony_figures, soprano
from musicgen.metres import Metre
from musicgen.score import Part, Score, notes_from

C, D, E, F, G, A, B = 0, 2, 4, 5, 7, 9, 11


def chorale(*chords: tuple[int, ...]) -> Score:
    """Chords of a quarter, each note a part of its own."""
    rows = [
        (24 * beat, 24, pitch, 80, 0, part)
        for beat, chord in enumerate(chords)
        for part, pitch in enumerate(chord)
    ]
    parts = tuple(Part(str(number)) for number in range(max(map(len, chords))))
    return Score(notes_from(rows), parts=parts)


@pytest.mark.parametrize(
    ("classes", "bass", "quality", "root"),
    [
        ((C, E, G), E, "major", C),
        ((D, F, A), D, "minor", D),
        ((B, D, F), D, "diminished", B),
        ((C, E, 8), E, "augmented", E),
        ((G, B, D, F), B, "dominant seventh", G),
        ((C, E, G, A), C, "minor seventh", A),
        ((B, D, F, 8), F, "diminished seventh", F),
    ],
)
def test_a_chord_has_its_name(classes, bass, quality, root):
    mask = sum(1 << pitch_class for pitch_class in classes)
    [name], [root_of_chord] = name_chords(np.array([mask]), np.array([bass]))
    assert (list(QUALITIES)[name], root_of_chord) == (quality, root)


@pytest.mark.parametrize("classes", [(C,), (C, G), (C, D, G), (C, E, G, D), ()])
def test_other_sets_are_no_chords(classes):
    mask = sum(1 << pitch_class for pitch_class in classes)
    quality, root = name_chords(np.array([mask]), np.array([0]))
    assert (quality[0], root[0]) == (-1, -1)


@pytest.mark.parametrize(
    ("metres", "beats"),
    [
        ((Metre(0, 4, 4),), [0, 24, 48, 72, 96]),
        ((Metre(0, 6, 8),), [0, 36, 72]),
        ((Metre(0, 3, 8),), [0, 12, 24, 36, 48, 60, 72, 84, 96]),
        ((Metre(0, 2, 2),), [0, 48, 96]),
        ((Metre(0, 1, 8), Metre(12, 6, 8)), [0, 12, 48, 84]),  # a pickup of an 8th
    ],
)
def test_beats_are_those_of_the_metre(metres, beats):
    score = Score(notes_from([(0, 24, 60), (100, 24, 60)]), metres=metres)
    assert beat_ticks(score).tolist() == beats


def test_chords_at_beats_hold_what_still_sounds():
    score = Score(notes_from([(0, 48, 48), (0, 24, 60), (12, 24, 64), (36, 24, 67)]))
    chords = chords_at_beats(score)
    assert chords.ticks.tolist() == [0, 24]
    assert [np.flatnonzero(row).tolist() for row in chords.sounding] == [[48, 60], [48, 64]]


def test_figures_of_a_cadence():
    tonic, first_inversion = (48, 55, 64, 72), (52, 60, 67, 72)
    dominant_seventh, unison = (43, 59, 65, 74), (48, 60)
    figures = harmony_figures([chorale(tonic, first_inversion, dominant_seventh, tonic, unison)])
    assert set(figures) == set(FIGURES)
    assert figures["chord"] == 4 / 5
    assert figures["root position"] == 3 / 5
    assert figures["first inversion"] == 1 / 5
    assert figures["three pitch classes"] == 3 / 5
    assert figures["seventh chord"] == 1 / 5
    assert figures["dominant to tonic"] == 1 / 4
    assert figures["rising fourth"] == 1 / 3
    assert figures["same chord"] == 1 / 3
    assert figures["minor"] == figures["crossing"] == 0
    assert figures["soprano falls a step"] == 1 / 4  # 72 72 74 72 60
    assert figures["soprano repeats"] == 1 / 4


def test_parallel_octaves_count_once_a_change():
    figures = harmony_figures([chorale((48, 60, 67), (50, 62, 69), (50, 62, 69), (47, 62, 67))])
    assert figures["parallels"] == 1 / 2


def test_parts_cross_where_the_lower_sounds_above_the_higher():
    assert crossing_figure([chorale((48, 60), (64, 62), (48, 60), (48, 60))]) == {"crossing": 0.25}
    merged = Score(notes_from([(0, 24, 48), (0, 24, 60)]))
    assert math.isnan(crossing_figure([merged])["crossing"])


def test_a_note_below_a_held_one_is_not_of_the_soprano():
    notes = [(0, 48, 72), (0, 24, 60), (24, 24, 64), (48, 24, 71), (72, 24, 71)]
    assert soprano(Score(notes_from(notes))).tolist() == [72, 71, 71]


def test_only_the_first_220_notes_count():
    before, after = [(48, 55, 64)] * 74, [(48, 49)] * 50
    figures = harmony_figures([chorale(*before, *after)])
    assert figures["chord"] == 73 / 74  # 73 chords and one note


def test_without_notes_there_are_no_figures():
    assert all(map(math.isnan, harmony_figures([Score()]).values()))
