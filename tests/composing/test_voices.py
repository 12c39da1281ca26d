"""Music that was there before keeps its voices where a model of `events` goes on from it."""

import numpy as np
import pytest

from musicgen.composing.pipeline import Composer
from musicgen.composing.style.training_profile import write_training_profile
from musicgen.score import Score, notes_from
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import parrot_of
from tests.helpers.tunes import tune

MELODY = [72, 74, 60, 55, 79, 48, 67, 72]  # leaps over the registers of all parts


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    pieces = [tune(seed, notes=200) for seed in range(8)]
    held_out = [tune(seed, notes=200) for seed in (100, 101)]
    profile = write_training_profile(tmp_path_factory.mktemp("run"), pieces, held_out, [2.0])
    return Composer(parrot_of(pieces), profile)


def melody(length: int = 24) -> Score:
    return Score(notes_from([(24 * at, length, pitch) for at, pitch in enumerate(MELODY)]))


def test_a_typed_melody_stays_one_part(composer: Composer) -> None:
    (piece,) = composer.compose(plain_settings(bars=5, parts=4), melody())
    assert piece.score.notes["part"][: len(MELODY)].tolist() == [0] * len(MELODY)
    assert len(piece.score) > len(MELODY)


def test_a_melody_that_was_played_legato_stays_one_part(composer: Composer) -> None:
    (piece,) = composer.compose(plain_settings(bars=5, parts=4), melody(length=30))
    assert piece.score.notes["part"][: len(MELODY)].tolist() == [0] * len(MELODY)


def test_the_melody_is_one_part_while_the_piece_is_drawn(composer: Composer) -> None:
    drawn: list[Score] = []
    settings = plain_settings(bars=5, parts=4)
    composer.compose(settings, melody(), on_bar=lambda variation, bars, score: drawn.append(score))
    assert drawn
    for score in drawn:
        assert set(score.notes["part"][: len(MELODY)].tolist()) == {0}


def test_a_piece_that_is_gone_on_from_keeps_its_parts(composer: Composer) -> None:
    (first,) = composer.compose(plain_settings(bars=5, parts=4), melody())
    (longer,) = composer.compose(plain_settings(bars=8, parts=4), first.score)
    before = first.score.notes[["start", "pitch", "part"]]
    assert np.array_equal(longer.score.notes[["start", "pitch", "part"]][: len(before)], before)


def test_bars_around_those_composed_again_keep_their_parts(composer: Composer) -> None:
    settings = plain_settings(bars=5, parts=4)
    (first,) = composer.compose(settings, melody())
    again = composer.infill(settings, first.score, 3, 3)
    assert again is not None
    starts = again.score.notes["start"]
    after = again.score.notes[(starts < 3 * 96) | (starts >= 4 * 96)]
    starts = first.score.notes["start"]
    before = first.score.notes[(starts < 3 * 96) | (starts >= 4 * 96)]
    assert after[["start", "pitch", "part"]].tolist() == before[["start", "pitch", "part"]].tolist()


def test_chords_are_divided_as_before(composer: Composer) -> None:
    rows = [(0, 48, 72), (0, 48, 64), (48, 48, 74), (48, 48, 65)]
    (piece,) = composer.compose(plain_settings(bars=3, parts=2), Score(notes_from(rows)))
    parts = dict(piece.score.notes[["pitch", "part"]][:4].tolist())
    assert parts == {72: 0, 64: 1, 74: 0, 65: 1}
