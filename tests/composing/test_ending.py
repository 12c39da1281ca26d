"""Endings: which pieces close, and how a piece gets an ending that does."""

from dataclasses import replace

import numpy as np
import pytest

from musicgen.composing.bar_ranges.bar_range import BarRange
from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.ending import closing, is_open, with_ending
from musicgen.composing.generation import Composition, generate
from musicgen.composing.pipeline import Composer
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import Parrot, parrot_of
from tests.helpers.tunes import hymn

C, E_FLAT, F, G = 0, 3, 5, 7
BAR = 96  # ticks of 4/4


def chords(*rows: tuple[int, int, str], metre: tuple[int, int] = (4, 4)) -> Score:
    """A piece from onsets and durations in eighths, and the MIDI pitches of the chords."""
    notes = [
        (12 * start, 12 * duration, int(pitch))
        for start, duration, pitches in rows
        for pitch in pitches.split()
    ]
    return Score(notes_from(notes), 100.0, (Metre(0, *metre),))


BAR_OF_C = (0, 8, "48 55 64")


def test_a_tonic_chord_in_the_last_bar_closes_and_sounds_until_its_end() -> None:
    piece = chords(BAR_OF_C, (8, 2, "43 59 62"), (10, 2, "48 60 64"), (12, 2, "53 57 60"))
    closed = closing(piece, C)
    assert closed is not None
    last = closed.notes[closed.notes["start"] == 120]
    assert last["pitch"].tolist() == [48, 60, 64] and set(last["duration"]) == {72}
    assert closed.end == 192 and len(closed) == 9  # the chord after it is cut off


def test_a_last_chord_keeps_its_durations_and_is_preferred_to_an_earlier_one() -> None:
    piece = chords(BAR_OF_C, (8, 2, "48 60 64"), (10, 2, "43 59 62"), (12, 2, "48 60 64"))
    closed = closing(piece, C)
    assert closed == piece and closed.end == 168


def test_a_last_chord_may_be_an_eighth_before_the_upbeat_comes_again() -> None:
    rows = [(0, 12, 67), (12, 36, 60), (48, 12, 62), (60, 24, 64), (84, 12, 60)]
    tune = Score(notes_from(rows), 100.0, (Metre(0, 1, 8), Metre(12, 2, 4)))
    assert closing(tune, C) == tune and tune.end == 96
    followed = Score(notes_from([*rows, (90, 6, 62)]), 100.0, tune.metres)
    assert closing(followed, C) is None  # a chord with notes after it needs a quarter


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ("52 60 67", "the third is in the bass"),
        ("48 60 65", "a note outside of the triad"),
        ("48", "one note where three sound before"),
    ],
)
def test_other_chords_do_not_close(last: str, reason: str) -> None:
    assert closing(chords(BAR_OF_C, (8, 4, "43 59 62"), (12, 4, last)), C) is None, reason


def test_the_last_chord_begins_on_a_beat_at_least_a_quarter_before_the_end() -> None:
    assert closing(chords(BAR_OF_C, (8, 5, "43 59 62"), (13, 3, "48 60 64")), C) is None
    assert closing(chords(BAR_OF_C, (8, 7, "43 59 62"), (15, 1, "48 60 64")), C) is None


def test_pieces_close_in_minor_and_on_their_own_tonic_alone() -> None:
    in_f_minor = chords(BAR_OF_C, (8, 4, "48 52 55"), (12, 4, "41 56 60"))
    assert closing(in_f_minor, F) is not None
    assert closing(in_f_minor, G) is None


def test_a_tune_in_6_8_closes_on_a_dotted_beat() -> None:
    tune = [(start, 1, str(60 + start % 5)) for start in range(9)]
    assert closing(chords(*tune, (9, 3, "60"), metre=(6, 8)), C) is not None
    assert closing(chords(*tune, (9, 1, "62"), (10, 2, "60"), metre=(6, 8)), C) is None


@pytest.fixture(scope="module")
def parrot() -> Parrot:
    return parrot_of([hymn(seed) for seed in range(12)], order=4)


@pytest.fixture(scope="module")
def drawn(parrot: Parrot) -> tuple[Composition, ...]:
    """Pieces as the model drew them, with the settings for eight endings."""
    settings = plain_settings(bars=8, variations=12, seed=3, endings=8, key="C major")
    return generate(parrot, settings)


def test_more_pieces_close_with_endings_to_choose_from(
    parrot: Parrot, drawn: tuple[Composition, ...]
) -> None:
    ended = [with_ending(parrot, composition) for composition in drawn]
    before = sum(closing(composition.score, C) is not None for composition in drawn)
    after = sum(closing(composition.score, C) is not None for composition in ended)
    assert before < after >= 11
    for old, new in zip(drawn, ended, strict=True):
        notes = [piece.score.notes for piece in (old, new)]
        earlier = [table[["start", "pitch"]][table["start"] < 6 * BAR] for table in notes]
        assert np.array_equal(*earlier)
        assert new.score.bars == 8


def test_an_ending_that_is_whole_is_preferred_to_one_that_is_cut(
    parrot: Parrot, drawn: tuple[Composition, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_piece = next(c for c in drawn if closing(c.score, C) is None)
    dominant, subdominant, tonic = "43 55 59 62", "41 53 57 60", "48 55 60 64"
    endings = [
        chords((48, 8, dominant), (56, 2, tonic), (58, 2, subdominant)),  # cut after the tonic
        chords((48, 8, subdominant), (56, 4, tonic)),
        chords((48, 8, subdominant), (56, 2, tonic)),
    ]
    candidates = [ending.notes for ending in endings]
    monkeypatch.setattr(BarRange, "draw", lambda *_: candidates)
    ended = with_ending(parrot, open_piece).score.notes
    assert ended[ended["start"] >= 6 * BAR].tolist() == candidates[1].tolist()


def test_the_log_likelihood_of_an_ended_piece_is_that_of_its_steps(
    parrot: Parrot, drawn: tuple[Composition, ...]
) -> None:
    for composition in drawn:
        ended = with_ending(parrot, composition)
        fields = parrot.encoding.encode(ended.score).fields
        [expected] = step_log_likelihoods(parrot, ended.steps, 8, fields[:0], [fields])
        if ended is not composition:
            assert ended.log_likelihood == pytest.approx(expected)
            assert ended.nats_per_note == pytest.approx(-expected.sum() / len(ended.score))


def test_a_piece_has_the_same_ending_alone(parrot: Parrot) -> None:
    composer = Composer(parrot, TrainingProfile())
    settings = plain_settings(bars=8, variations=3, seed=11, endings=4)
    third = composer.compose(settings)[2]
    alone = composer.compose_one(settings, third.composition.variation)
    assert alone.score == third.score


def test_variations_draw_their_endings_from_streams_of_their_own(
    parrot: Parrot, drawn: tuple[Composition, ...]
) -> None:
    composition = next(c for c in drawn if closing(c.score, C) is None)
    variations = [replace(composition, variation=variation) for variation in range(8)]
    scores = [with_ending(parrot, variation).score.notes.tobytes() for variation in variations]
    assert len(set(scores)) > 1


def test_the_model_is_not_run_again_up_to_the_ending(
    parrot: Parrot, drawn: tuple[Composition, ...]
) -> None:
    composition = next(c for c in drawn if closing(c.score, C) is None)
    assert composition.fork is not None
    runs = []
    for fork in (composition.fork, None):
        before = parrot.steps_run
        ended = with_ending(parrot, replace(composition, fork=fork))
        runs.append((parrot.steps_run - before, ended.score))
    assert runs[0][0] < runs[1][0] - 20
    assert runs[0][1] == runs[1][1]


def test_a_stopped_ending_leaves_the_piece_unfinished(
    parrot: Parrot, drawn: tuple[Composition, ...]
) -> None:
    composition = next(c for c in drawn if closing(c.score, C) is None)
    calls = iter(range(1000))
    stopped = with_ending(parrot, composition, stop=lambda: next(calls) >= 5)
    assert stopped.score == composition.score and not stopped.finished


def test_a_transposed_piece_closes_on_its_transposed_tonic(parrot: Parrot) -> None:
    settings = plain_settings(bars=8, key="C major", transpose=3, endings=8)
    piece = Composer(parrot, TrainingProfile()).compose_one(settings)
    assert closing(piece.score, E_FLAT) is not None
    assert not is_open(parrot, piece.composition)


def test_a_piece_of_the_most_bars_and_an_upbeat_gets_an_ending() -> None:
    long = Score(notes_from([(BAR * bar, BAR, 60 + bar % 3) for bar in range(40)]))
    model = parrot_of([long], order=2)
    settings = plain_settings(bars=1000, pickup=1.0, endings=2)
    piece = Composer(model, TrainingProfile()).compose_one(settings)
    assert piece.score.bars == 1001 and piece.composition.finished


@pytest.mark.parametrize(
    "length",
    [{"endings": 0}, {"bars": 3, "endings": 4}, {"bars": None, "notes": 40, "endings": 4}],
)
def test_pieces_without_endings_short_ones_and_ones_of_notes_stay(
    parrot: Parrot, length: dict[str, int | None]
) -> None:
    [composition] = generate(parrot, plain_settings(**{"bars": 8, **length}))
    assert with_ending(parrot, composition) is composition
