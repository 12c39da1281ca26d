"""Infilling: which notes stay, which are new, and which candidate is taken."""

import numpy as np
import pytest

from musicgen.composing.bar_ranges.infill import infill
from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.resolved_settings import settings_of_finished
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre
from musicgen.score import Score, notes_from, without_overlaps
from musicgen.theory.scales import pitch_classes
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import Parrot, parrot_of
from tests.helpers.tiny_graphs import tiny_checkpoint
from tests.helpers.tiny_music import NO_STEPS
from tests.helpers.tunes import hymn, tune

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
    infilled = infill(engine, plain_settings(seed=3), piece, first, last)
    assert infilled is not None
    assert np.array_equal(outside(infilled.score, first, last), outside(piece, first, last))
    assert infilled.new_notes > 0
    assert len(infilled.score) == len(outside(piece, first, last)) + infilled.new_notes
    assert (infilled.score.tempo, infilled.score.metres) == (piece.tempo, piece.metres)
    assert infilled.score != piece


def test_the_last_bars_end_with_the_piece(engine):
    piece = TUNES[1]
    infilled = infill(engine, plain_settings(), piece, piece.bars - 2, piece.bars - 1)
    assert infilled is not None
    assert infilled.score.bars == piece.bars and infilled.following_log_likelihood == 0


def test_no_key_is_struck_while_it_sounds():
    parrot = parrot_of(TUNES)
    for seed in range(10):
        infilled = infill(parrot, plain_settings(seed=seed), TUNES[2], 2, 3)
        assert infilled is not None
        notes = infilled.score.notes
        assert np.array_equal(without_overlaps(notes)["duration"], notes["duration"])


def test_a_note_that_sounds_into_the_bars_keeps_its_key_and_duration():
    held = notes_from([(0, 6 * 24, 60), (BAR, 24, 72), (2 * BAR, 24, 72), (3 * BAR, 24, 72)])
    piece = Score(held)
    infilled = infill(parrot_of([piece]), plain_settings(lowest=60, highest=61), piece, 1, 1)
    assert infilled is not None
    assert infilled.score.notes[0] == piece.notes[0]
    new = infilled.score.notes[1 : 1 + infilled.new_notes]
    early = new[new["start"] < 6 * 24]
    assert 60 not in early["pitch"]


def test_a_held_note_stays_where_the_model_strikes_its_key(engine):
    """The graphs of `engine` do not know which keys sound."""
    held = [(12 * key, 3 * BAR - 12 * key, 21 + key) for key in range(8)]
    piece = Score(notes_from([*held, (4 * BAR, 24, 60)]))
    settings = plain_settings(lowest=21, highest=32, seed=3)  # most are held
    infilled = infill(engine, settings, piece, 1, 3)
    assert infilled is not None and infilled.new_notes > 0
    assert np.array_equal(outside(infilled.score, 1, 3), outside(piece, 1, 3))
    notes = infilled.score.notes
    assert np.array_equal(without_overlaps(notes)["duration"], notes["duration"])


def test_the_same_settings_give_the_same_bars_and_another_seed_other_ones(engine):
    first, again, other = (
        infill(engine, plain_settings(seed=seed), TUNES[3], 1, 2) for seed in (1, 1, 2)
    )
    assert first is not None and again is not None and other is not None
    assert first.score == again.score
    assert first.score != other.score


def test_the_candidate_with_the_most_likely_following_notes_is_taken():
    """One tune in two versions: only one of its second bars leads on to its third."""
    start, low = [(0, 24, 60), (48, 24, 62)], [(BAR, 24, 64), (BAR + 48, 24, 65)]
    high = [(BAR, 24, 76), (BAR + 48, 24, 77)]
    to_low, to_high = [(2 * BAR, 24, 50), (2 * BAR + 48, 48, 52)], [(2 * BAR, 48, 80)]
    tunes = [Score(notes_from(start + low + to_low)), Score(notes_from(start + high + to_high))]
    model = parrot_of(tunes, order=8)
    for piece, middle in zip(tunes, (low, high), strict=True):
        for seed in range(5):
            infilled = infill(model, plain_settings(seed=seed), piece, 1, 1, candidates=12)
            assert infilled is not None
            pitches = infilled.score.notes["pitch"][2 : 2 + infilled.new_notes].tolist()
            assert pitches == [pitch for _, _, pitch in middle]


def test_a_pickup_counts_as_the_first_bar():
    metres = (Metre(0, 1, 4), Metre(24, 4, 4))
    piece = Score(TUNES[4].notes, metres=metres)
    infilled = infill(parrot_of(TUNES), plain_settings(), piece, 1, 1)
    assert infilled is not None
    starts = piece.notes["start"]
    stay = (starts < 24) | (starts >= 24 + BAR)
    assert np.array_equal(
        infilled.score.notes[(s := infilled.score.notes["start"]) < 24], piece.notes[starts < 24]
    )
    assert np.array_equal(infilled.score.notes[s >= 24 + BAR], piece.notes[starts >= 24 + BAR])
    assert len(infilled.score) == stay.sum() + infilled.new_notes


def test_velocity_and_instrument_are_those_of_the_piece(engine):
    notes = TUNES[0].notes.copy()
    notes["velocity"], notes["program"] = 55, 40
    infilled = infill(engine, plain_settings(), Score(notes), 1, 2)
    assert infilled is not None
    assert set(infilled.score.notes["velocity"]) == {55} and set(
        infilled.score.notes["program"]
    ) == {40}


def test_a_stopped_infill_is_none(engine):
    assert infill(engine, plain_settings(), TUNES[0], 1, 2, stop=lambda: True) is None


def test_an_infill_can_be_stopped_at_every_step(engine):
    """It asks before each step that is fed, drawn or scored, also in the final scoring."""
    composer, piece = Composer(engine, TrainingProfile()), TUNES[0]
    questions = 0

    def stop_at(last: int) -> bool:
        nonlocal questions
        questions += 1
        return questions >= last

    def infill_until(last: int):
        nonlocal questions
        questions = 0
        return composer.infill(plain_settings(), piece, 1, 2, stop=lambda: stop_at(last))

    assert infill_until(10**9) is not None
    questions_in_all = questions
    assert questions_in_all > len(piece)  # the final scoring alone asks at every note
    for last in (
        1,
        questions_in_all // 4,
        questions_in_all // 2,
        3 * questions_in_all // 4,
        questions_in_all,
    ):
        assert infill_until(last) is None
        assert questions <= last + 1  # candidates are drawn in up to two threads


@pytest.mark.parametrize("first, last", [(-1, 0), (2, 1), (0, 99)])
def test_bars_outside_of_the_piece_are_refused(engine, first, last):
    with pytest.raises(InvalidSetting, match="are not of this piece"):
        infill(engine, plain_settings(), TUNES[0], first, last)


def test_a_model_of_notes_cannot_infill():
    encoding = NotesEncoding.for_scores(TUNES)
    classic = Parrot(encoding, [encoding.encode(TUNES[0])])
    with pytest.raises(InvalidSetting, match="cannot compose single bars"):
        infill(classic, plain_settings(), TUNES[0], 0, 0)


def test_log_likelihoods_do_not_depend_on_the_batch(engine):
    steps = [
        EventsEncoding().encode(score).fields[:n]
        for score, n in zip(TUNES, (9, 30, 0), strict=False)
    ]
    before = EventsEncoding().encode(TUNES[5]).fields[:7]
    together = step_log_likelihoods(engine, NO_STEPS, 8, before, steps)
    for piece, infilled in zip(steps, together, strict=True):
        (alone,) = step_log_likelihoods(engine, NO_STEPS, 8, before, [piece])
        assert infilled.shape == piece.shape
        assert alone == pytest.approx(infilled)


def test_bars_of_a_piece_of_the_most_bars_and_an_upbeat() -> None:
    """1000 bars and an upbeat are 1001 bars of a score, more than the settings allow."""
    notes = notes_from([(24 + BAR * bar, BAR, 60 + bar % 3) for bar in range(1000)])
    piece = Score(notes, metres=(Metre(0, 1, 4), Metre(24, 4, 4)))
    assert piece.bars == 1001
    model = parrot_of([Score(notes[:40])], order=2)
    infilled = infill(model, plain_settings(bars=1000, pickup=1.0), piece, 999, 1000, candidates=1)
    assert infilled is not None and infilled.score.bars == 1001


def test_bars_of_a_transposed_piece_are_in_its_own_key() -> None:
    composer = Composer(parrot_of([hymn(seed) for seed in range(4)]), TrainingProfile())
    piece = composer.compose_one(plain_settings(bars=8, key="C major", transpose=3))
    used = piece.composition.settings
    infilled = composer.infill(used, piece.score, 2, 3)
    assert infilled is not None
    assert set(infilled.score.notes["pitch"] % 12) <= pitch_classes("Eb major")
    assert infilled.composition.settings.key == "Eb major"


def test_the_range_moves_with_a_piece_that_was_transposed_out_of_it() -> None:
    piece = Score(notes_from([(0, 24, 60), (24, 24, 75)]))
    inside = settings_of_finished(plain_settings(lowest=60, highest=80, transpose=3), piece)
    assert (inside.lowest, inside.highest) == (60, 80)
    outside = settings_of_finished(plain_settings(lowest=57, highest=72, transpose=3), piece)
    assert (outside.lowest, outside.highest) == (60, 75)


def test_facts_of_an_infilled_piece_are_those_of_a_composed_one() -> None:
    composer = Composer(parrot_of(TUNES), TrainingProfile())
    composed = composer.compose_one(plain_settings(bars=6))
    infilled = composer.infill(plain_settings(), composed.score, 2, 3, primer_notes=3)
    assert infilled is not None
    assert infilled.facts().keys() == composed.facts().keys()
    assert infilled.composition.primer_notes == 3
    changed = composer.infill(plain_settings(), composed.score, 0, 1, primer_notes=3)
    assert changed is not None and changed.composition.primer_notes == 0
