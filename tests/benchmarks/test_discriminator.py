"""Excerpts on equal terms, figures of hand-made pieces, and the classifiers on known sets."""

import math

import numpy as np
import pytest

from benchmarks.discriminator.excerpts import (
    excerpt_length,
    excerpts,
    in_own_parts,
    merged,
    unchanged_share,
    voice_count,
)
from benchmarks.discriminator.figures.all_figures import KINDS, FigureTable
from benchmarks.discriminator.figures.shares import entropy, repeated_share
from benchmarks.discriminator.sequences import ngrams
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.score import Part, Score, notes_from

TONIC, DOMINANT, SUBDOMINANT = (48, 55, 64, 72), (43, 59, 62, 71), (53, 60, 65, 69)
EVENTS = EventsEncoding()


def chorale(*chords: tuple[int, ...], quarters: int = 1) -> Score:
    """Chords of some quarters in one part."""
    length = 24 * quarters
    return Score(
        notes_from((length * n, length, p) for n, chord in enumerate(chords) for p in chord)
    )


def figures_of(score: Score) -> dict[str, float]:
    [excerpt] = excerpts([score], 24, 4)
    table = FigureTable([excerpt])
    return dict(zip(table.names, table.values[0].tolist(), strict=True))


@pytest.fixture(scope="module")
def cadences() -> dict[str, float]:
    """Figures of tonic, subdominant, dominant, tonic; of which 6 chords are the excerpt."""
    return figures_of(chorale(*[TONIC, SUBDOMINANT, DOMINANT, TONIC] * 2, TONIC))


def test_parts_velocities_and_instruments_are_not_seen():
    rows = [
        (24 * n, 24, pitch, 40 + 10 * part, 19, part)
        for n, chord in enumerate((TONIC, DOMINANT))
        for part, pitch in enumerate(chord)
    ]
    in_parts = Score(notes_from(rows), tempo=60.0, parts=tuple(Part(program=19) for _ in range(4)))
    same = merged(in_parts, EVENTS).notes == merged(chorale(TONIC, DOMINANT), EVENTS).notes
    assert same.all()


def test_the_way_of_a_composed_piece_changes_nothing():
    pieces = [merged(chorale(TONIC, SUBDOMINANT, DOMINANT, TONIC), EVENTS)]
    assert unchanged_share(pieces, EVENTS, 4) == 1.0


def test_excerpts_have_one_length_and_do_not_reach_the_last_bar():
    long, short = chorale(*[TONIC] * 13), chorale(*[TONIC] * 8)
    assert excerpt_length([long]) == 48
    assert excerpt_length([long], [chorale(*[TONIC] * 11)]) == 32
    [of_long, of_short] = excerpts([long, short], 24, 4)
    assert len(of_long.score) == 24
    assert of_long.score.end == 6 * 24
    assert of_short is None  # 16 notes before its last bar


def test_the_number_of_voices_is_that_of_the_fullest_chords():
    assert voice_count([chorale((60,), (62,)), chorale((60,), (62,))]) == 1
    assert voice_count([chorale(TONIC), chorale((60,), TONIC)]) == 4


def test_there_are_hundreds_of_figures_with_names_of_their_own(cadences):
    [excerpt] = excerpts([chorale(*[TONIC] * 13)], 24, 4)
    names = [name for of in KINDS.values() for name in of(excerpt)]
    assert len(names) == len(set(names)) > 300


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("chord: major", 1.0),
        ("chord on 1", 3 / 6),
        ("root moves by 5", 3 / 5),
        ("dominant to tonic in root position", 1 / 5),
        ("minor", 0.0),
        ("notes in scale", 1.0),
        ("voice 1 +2", 1 / 5),  # 72 69 71 72 72 69
        ("voice 1 repeats", 1 / 5),
        ("root doubled", 5 / 6),
        ("lasts a quarter", 1.0),
        ("begins on the beat", 1.0),
        ("4 notes begin together", 1.0),
        ("ends on the tonic triad", 1.0),
        ("ends at a bar line", 0.0),
    ],
)
def test_figures_of_a_cadence(cadences, figure, value):
    assert cadences[figure] == pytest.approx(value)


def test_entropy_and_repetition():
    assert entropy("aabb") == 1.0
    assert repeated_share("abab") == 0.5
    assert math.isnan(entropy("")) and math.isnan(repeated_share(""))


def test_ngrams_of_one_to_four_items():
    assert list(ngrams("x", [1, 2])) == ["x: [1]", "x: [2]", "x: [1, 2]"]


@pytest.mark.slow
def test_sets_that_differ_are_separated_and_others_are_not():
    classifiers = pytest.importorskip("benchmarks.discriminator.classifiers", exc_type=ImportError)
    rng = np.random.default_rng(0)
    values, second = rng.normal(size=(200, 2)), np.arange(200) % 2 == 1
    values[second, 0] += 4.0
    values[1:, 1] = np.where(rng.random(199) < 0.1, np.nan, values[1:, 1])
    make, groups = classifiers.BoostedTrees, np.arange(200)
    assert classifiers.area_under_curve(make, values, second, groups).mean > 0.95
    assert abs(classifiers.area_under_curve(make, values[:, 1:], second, groups).mean - 0.5) < 0.15
    assert classifiers.single_areas(values, second).argmax() == 0
    assert classifiers.importances(values, second, groups).argmax() == 0


@pytest.mark.slow
def test_texts_with_other_words_are_separated():
    classifiers = pytest.importorskip("benchmarks.discriminator.classifiers", exc_type=ImportError)
    words = classifiers.count_words([["a", "b"], ["a", "c"]] * 20)
    second, groups = np.arange(40) % 2 == 1, np.arange(40)
    area = classifiers.area_under_curve(classifiers.word_classifier, words, second, groups)
    assert (area.mean, area.deviation) == (1.0, 0.0)


def test_own_parts_go_from_the_highest_down():
    rows = [
        (24 * n, 24, pitch, 90, 0, part) for n in range(2) for part, pitch in ((0, 48), (1, 72))
    ]
    score = Score(notes_from(rows), parts=(Part("Bass"), Part("Soprano")))
    parts = in_own_parts(score, PartsEncoding.for_scores([score]), 2)
    assert parts.notes[["pitch", "part"]].tolist() == [(48, 1), (72, 0)] * 2
    assert in_own_parts(score, EVENTS, 2) is None
