"""Rhythm histograms of a small collection."""

import pytest

from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.statistics.rhythm_histograms import (
    durations,
    main_metre,
    metres,
    onsets_in_bar,
    polyphony,
    tempi,
    velocities,
)


def counts(result):
    return dict(zip(result.labels, result.counts.tolist(), strict=True))


PICKUP = (Metre(0, 1, 4), Metre(24, 4, 4))
WALTZ = (Metre(0, 3, 4),)
SCORES = [
    # An eighth pickup on the fourth beat's second half, then a half note and a dotted quarter.
    Score(notes_from([(12, 12, 60, 64), (24, 48, 62, 90), (72, 36, 64, 90)]), 96.4, PICKUP),
    Score(notes_from([(0, 24, 60, 64), (0, 72, 48, 64), (24, 24, 64, 64)]), 96, WALTZ),
]
HISTOGRAMS = (durations, onsets_in_bar, tempi, metres, velocities, polyphony)


def test_durations():
    assert counts(durations(SCORES)) == {
        "eighth": 1,
        "quarter": 2,
        "dotted quarter": 1,
        "half": 1,
        "dotted half": 1,
    }
    assert durations(SCORES).values.tolist() == [12, 24, 36, 48, 72]
    assert durations(SCORES).pieces_with("quarter") == [1]


def test_onsets_in_a_pickup_count_from_its_end():
    assert counts(onsets_in_bar(SCORES)) == {
        "quarter 1": 3,
        "quarter 2": 1,
        "quarter 3": 1,
        "quarter 4½": 1,
    }


def test_tempi_are_rounded():
    assert counts(tempi(SCORES)) == {"96 quarters a minute": 2}


def test_the_main_metre_lasts_longest():
    assert counts(metres(SCORES)) == {"4/4": 1, "3/4": 1}
    back = (Metre(0, 3, 4), Metre(72, 4, 4), Metre(168, 3, 4))
    score = Score(notes_from([(0, 240, 60)]), metres=back)  # three quarters, four, three more
    assert str(main_metre(score)) == "3/4"
    assert main_metre(Score(metres=WALTZ)) == WALTZ[0]


def test_a_metre_after_the_last_note_does_not_count():
    score = Score(notes_from([(0, 24, 60)]), metres=(*WALTZ, Metre(720, 4, 4)))
    assert str(main_metre(score)) == "3/4"


def test_velocities():
    assert counts(velocities(SCORES)) == {"velocity 64": 4, "velocity 90": 2}


def test_polyphony_is_weighted_by_time():
    # First piece: half a quarter of silence, then one note to its end at tick 108.
    # Second: two notes for two quarters, then only the bass for one.
    assert counts(polyphony(SCORES)) == {"silence": 12, "1 note": 96 + 24, "2 notes": 48}
    assert polyphony(SCORES).pieces_with("silence") == [0]
    assert polyphony(SCORES).total == sum(score.end for score in SCORES)


def test_polyphony_of_one_note():
    assert counts(polyphony([Score(notes_from([(0, 24, 60)]))])) == {"1 note": 24}


def test_durations_and_onsets_beside_the_beat_count_by_the_nearest():
    score = Score(notes_from([(0, 11, 60), (13, 10, 60), (23, 13, 60), (48, 11, 62)]))
    assert counts(durations([score])) == {
        "long dotted 16th": 1,
        "short eighth": 2,
        "long eighth": 1,
    }
    assert counts(onsets_in_bar([score])) == {
        "quarter 1": 1,
        "quarter 1½+": 1,
        "quarter 2\N{MINUS SIGN}": 1,
        "quarter 3": 1,
    }


@pytest.mark.parametrize("statistic", HISTOGRAMS)
def test_histograms_of_an_empty_collection_are_empty(statistic):
    assert len(statistic([])) == 0


@pytest.mark.parametrize("statistic", [durations, onsets_in_bar, velocities, polyphony])
def test_pieces_without_notes_do_not_count(statistic):
    assert len(statistic([Score()])) == 0
    assert statistic([Score(), SCORES[1]]).pieces_with(statistic(SCORES).labels[0]) in ([1], [])
