"""A stretch composed again: what stays, what is new, and which candidate is taken."""

import numpy as np
import pytest

from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.infill import infill
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.score import COMMON_TIME, Metre, Score, notes_from, without_overlaps
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import Parrot, parrot_of
from tests.helpers.tiny_graphs import tiny_checkpoint
from tests.helpers.tunes import tune

BAR = 96
TUNES = [tune(seed, notes=120) for seed in range(6)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> OnnxModel:
    return OnnxModel(tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


def outside(score: Score, first: int, last: int) -> np.ndarray:
    starts = score.notes["start"]
    return score.notes[(starts < first * BAR) | (starts >= (last + 1) * BAR)]


@pytest.mark.parametrize("first, last", [(0, 0), (2, 3), (4, 4), (0, 5)])
def test_everything_outside_the_bars_stays_note_for_note(engine, first, last):
    piece = TUNES[0]
    found = infill(engine, plain_settings(seed=3), piece, first, last)
    assert found is not None
    assert np.array_equal(outside(found.score, first, last), outside(piece, first, last))
    assert found.new_notes > 0
    assert len(found.score) == len(outside(piece, first, last)) + found.new_notes
    assert (found.score.tempo, found.score.metres) == (piece.tempo, piece.metres)
    assert found.score != piece


def test_the_last_bars_end_with_the_piece(engine):
    piece = TUNES[1]
    found = infill(engine, plain_settings(), piece, piece.bars - 2, piece.bars - 1)
    assert found is not None
    assert found.score.bars == piece.bars and found.following_log_likelihood == 0


def test_no_key_is_struck_while_it_sounds():
    parrot = parrot_of(TUNES)
    for seed in range(10):
        found = infill(parrot, plain_settings(seed=seed), TUNES[2], 2, 3)
        assert found is not None
        notes = found.score.notes
        assert np.array_equal(without_overlaps(notes)["duration"], notes["duration"])


def test_a_note_that_sounds_into_the_stretch_keeps_its_key_and_length():
    held = notes_from([(0, 6 * 24, 60), (BAR, 24, 72), (2 * BAR, 24, 72), (3 * BAR, 24, 72)])
    piece = Score(held)
    found = infill(parrot_of([piece]), plain_settings(lowest=60, highest=61), piece, 1, 1)
    assert found is not None
    assert found.score.notes[0] == piece.notes[0]
    new = found.score.notes[1 : 1 + found.new_notes]
    early = new[new["start"] < 6 * 24]
    assert 60 not in early["pitch"]


def test_the_same_settings_give_the_same_bars_and_others_other_ones(engine):
    first, again, other = (
        infill(engine, plain_settings(seed=seed), TUNES[3], 1, 2) for seed in (1, 1, 2)
    )
    assert first is not None and again is not None and other is not None
    assert first.score == again.score
    assert first.score != other.score


def test_the_candidate_after_which_the_rest_is_likeliest_is_taken():
    """One tune in two versions: only one of its second bars leads on to its third."""
    start, low = [(0, 24, 60), (48, 24, 62)], [(BAR, 24, 64), (BAR + 48, 24, 65)]
    high = [(BAR, 24, 76), (BAR + 48, 24, 77)]
    to_low, to_high = [(2 * BAR, 24, 50), (2 * BAR + 48, 48, 52)], [(2 * BAR, 48, 80)]
    tunes = [Score(notes_from(start + low + to_low)), Score(notes_from(start + high + to_high))]
    model = parrot_of(tunes, order=8)
    for piece, middle in zip(tunes, (low, high), strict=True):
        for seed in range(5):
            found = infill(model, plain_settings(seed=seed), piece, 1, 1, candidates=12)
            assert found is not None
            pitches = found.score.notes["pitch"][2 : 2 + found.new_notes].tolist()
            assert pitches == [pitch for _, _, pitch in middle]


def test_a_pickup_counts_as_the_first_bar():
    metres = (Metre(0, 1, 4), Metre(24, 4, 4))
    piece = Score(TUNES[4].notes, metres=metres)
    found = infill(parrot_of(TUNES), plain_settings(), piece, 1, 1)
    assert found is not None
    starts = piece.notes["start"]
    stay = (starts < 24) | (starts >= 24 + BAR)
    assert np.array_equal(
        found.score.notes[(s := found.score.notes["start"]) < 24], piece.notes[starts < 24]
    )
    assert np.array_equal(found.score.notes[s >= 24 + BAR], piece.notes[starts >= 24 + BAR])
    assert len(found.score) == stay.sum() + found.new_notes


def test_velocity_and_instrument_are_those_of_the_piece(engine):
    notes = TUNES[0].notes.copy()
    notes["velocity"], notes["program"] = 55, 40
    found = infill(engine, plain_settings(), Score(notes), 1, 2)
    assert found is not None
    assert set(found.score.notes["velocity"]) == {55} and set(found.score.notes["program"]) == {40}


def test_stopped_it_gives_nothing(engine):
    assert infill(engine, plain_settings(), TUNES[0], 1, 2, stop=lambda: True) is None


@pytest.mark.parametrize("first, last", [(-1, 0), (2, 1), (0, 99)])
def test_bars_that_are_not_there_are_refused(engine, first, last):
    with pytest.raises(ValueError, match="are not of this piece"):
        infill(engine, plain_settings(), TUNES[0], first, last)


def test_classic_knows_no_bars():
    encoding = NotesEncoding.for_scores(TUNES)
    classic = Parrot(encoding, [encoding.encode(TUNES[0])])
    with pytest.raises(ValueError, match="cannot compose single bars"):
        infill(classic, plain_settings(), TUNES[0], 0, 0)


def test_expectation_is_the_same_in_any_company(engine):
    steps = [
        EventsEncoding().encode(score).fields[:n]
        for score, n in zip(TUNES, (9, 30, 0), strict=False)
    ]
    before = EventsEncoding().encode(TUNES[5]).fields[:7]
    together = step_log_likelihoods(engine, (COMMON_TIME,), 8, before, steps)
    for piece, found in zip(steps, together, strict=True):
        (alone,) = step_log_likelihoods(engine, (COMMON_TIME,), 8, before, [piece])
        assert found.shape == piece.shape
        assert alone == pytest.approx(found)
