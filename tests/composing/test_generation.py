"""Generation with a parrot and with tiny graphs: lengths, seeds, primers, stopping, rules."""

import numpy as np
import pytest

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.generation import BARS_ONE_BY_ONE, generate
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import Parrot, parrot_of
from tests.helpers.tiny_graphs import tiny_checkpoint
from tests.helpers.tunes import tune

TUNES = [tune(seed) for seed in range(6)]
BAR = 96  # ticks of 4/4


@pytest.fixture(scope="module")
def parrot() -> Parrot:
    return parrot_of(TUNES)


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> OnnxModel:
    return OnnxModel(tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


def test_a_piece_of_four_bars_ends_with_the_fourth(parrot, engine):
    for model in (parrot, engine):
        for piece in generate(model, plain_settings(bars=4, variations=4)):
            assert piece.score.bars == 4
            assert piece.score.end <= 4 * BAR
            assert piece.finished
            # Steps as they were drawn may sound longer; their onsets are the score's.
            drawn = EventsEncoding().decode(piece.steps)
            assert np.array_equal(drawn.notes["start"], piece.score.notes["start"])


def test_a_piece_has_the_number_of_notes_in_its_settings(parrot, engine):
    for model in (parrot, engine):
        (piece,) = generate(model, plain_settings(bars=None, notes=37))
        assert len(piece.score) == len(piece.steps) == 37


def test_with_both_lengths_the_first_one_reached_ends_the_piece(parrot):
    (few,) = generate(parrot, plain_settings(bars=50, notes=5))
    assert len(few.score) == 5
    (short,) = generate(parrot, plain_settings(bars=1, notes=500))
    assert short.score.bars == 1


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_piece(engine):
    settings = plain_settings(bars=6, variations=2, seed=5)
    first, again = generate(engine, settings), generate(engine, settings)
    assert [p.score.notes.tobytes() for p in first] == [p.score.notes.tobytes() for p in again]
    assert first[0].score != first[1].score
    (other,) = generate(engine, plain_settings(bars=6, seed=6))
    assert other.score != first[0].score


def test_a_variation_does_not_depend_on_the_batch(parrot, engine):
    for model in (parrot, engine):
        eight = generate(model, plain_settings(bars=5, variations=8, top_p=0.95, seed=3))
        four = generate(model, plain_settings(bars=5, variations=4, top_p=0.95, seed=3))
        (third,) = generate(
            model, plain_settings(bars=5, variations=8, top_p=0.95, seed=3), variations=[3]
        )
        assert [p.score for p in eight[:4]] == [p.score for p in four]
        assert third.score == eight[3].score and third.variation == 3
        assert third.log_likelihood == pytest.approx(eight[3].log_likelihood)


def test_no_key_is_struck_while_it_sounds_and_chords_rise(parrot):
    for piece in generate(parrot, plain_settings(bars=20, variations=4, temperature=2.0)):
        score = piece.score
        assert EventsEncoding().canonical(score) == score


def test_notes_are_within_range_key_and_grid(engine):
    settings = plain_settings(
        bars=12, variations=3, key="D minor", lowest=55, highest=79, grid="8th", metre="3/4"
    )
    for piece in generate(engine, settings):
        notes = piece.score.notes
        assert len(notes) > 20
        assert set(notes["pitch"] % 12) <= {2, 4, 5, 7, 9, 10, 0, 1}
        assert notes["pitch"].min() >= 55 and notes["pitch"].max() <= 79
        assert not (notes["start"] % 12).any()
        assert not ((notes["start"] + notes["duration"]) % 12).any()


def test_a_range_of_one_key_gives_a_piece(engine):
    (piece,) = generate(engine, plain_settings(bars=8, lowest=60, highest=60))
    assert set(piece.score.notes["pitch"]) == {60}
    assert piece.score.bars == 8


def test_density_gives_more_notes(engine):
    def count(density: float) -> int:
        pieces = generate(engine, plain_settings(bars=40, variations=8, density=density))
        return sum(len(piece.score) for piece in pieces)

    assert 1.2 * count(-1) < count(0) < count(1) / 1.2


def test_at_temperature_0_the_seed_does_not_matter(engine):
    pieces = [generate(engine, plain_settings(temperature=0, seed=s))[0] for s in (1, 2)]
    assert pieces[0].score == pieces[1].score


def test_a_piece_begins_with_its_primer_and_has_its_metres(parrot):
    metres = (Metre(0, 1, 4), Metre(24, 3, 4))
    primer = Score(TUNES[3].notes[:12], 77.0, metres)
    (piece,) = generate(parrot, plain_settings(bars=20), primer)
    assert piece.primer_notes == len(primer) == 12
    assert np.array_equal(piece.score.notes[:12], primer.notes)
    assert piece.score.metres == metres and piece.score.tempo == 77.0
    assert piece.score.bars == 20
    assert len(piece.composed) == len(piece.score) - 12
    # The parrot continues the tune that the primer is from.
    following = TUNES[3].notes[12:20]
    assert np.array_equal(piece.composed.notes["pitch"][:8], following["pitch"])


def test_tempo_and_programme_of_the_settings_replace_those_of_the_primer(parrot):
    primer = Score(tune(3, notes=12).notes, 77.0)
    (piece,) = generate(parrot, plain_settings(tempo=90, program=73, bars=30), primer)
    assert piece.score.tempo == 90
    assert set(piece.score.notes["program"]) == {73}


@pytest.mark.parametrize("length", [{"bars": 2}, {"bars": None, "notes": 12}])
def test_a_primer_that_is_long_enough_already_is_refused(parrot, length):
    with pytest.raises(InvalidSetting, match="the primer already has"):
        generate(parrot, plain_settings(**length), tune(3, notes=40))


def test_an_empty_primer_is_refused(parrot):
    with pytest.raises(InvalidSetting, match="the primer holds no notes"):
        generate(parrot, plain_settings(), Score())


def test_on_bar_is_called_for_the_bars_of_the_first_variation(parrot):
    calls = []
    settings = plain_settings(bars=6)
    piece, _ = generate(parrot, settings, on_bar=lambda *bar: calls.append(bar), variations=[3, 1])
    assert {variation for variation, _, _ in calls} == {3}
    bars = [bar for _, bar, _ in calls]
    assert bars == sorted(set(bars)) and bars[-1] == 5
    for _, _, score in calls:
        assert np.array_equal(score.notes, piece.score.notes[: len(score)])


def test_scores_passed_to_on_bar_grow_in_proportion_to_the_piece(parrot):
    calls = []
    (piece,) = generate(parrot, plain_settings(bars=250), on_bar=lambda *bar: calls.append(bar))
    bars = [bar for _, bar, _ in calls]
    assert bars[:BARS_ONE_BY_ONE] == list(range(1, BARS_ONE_BY_ONE + 1))
    assert bars[-1] > 240
    assert sum(len(score) for _, _, score in calls) < 40 * len(piece.score)


def test_a_stopped_piece_has_the_notes_so_far(parrot):
    steps = iter(range(100))
    (piece,) = generate(parrot, plain_settings(bars=50), stop=lambda: next(steps) == 9)
    assert len(piece.score) == 9 and not piece.finished


def test_log_likelihood_is_that_of_the_drawn_steps(engine):
    """Computed by teacher forcing, step by step."""
    primer = tune(1, notes=6)
    (piece,) = generate(engine, plain_settings(bars=None, notes=40, temperature=0.7), primer)
    encoding, total = EventsEncoding(), np.zeros(3)
    stepper, tracker = engine.start(1), encoding.tracker(1, primer, 0)
    for number, fields in enumerate(piece.steps.fields):
        for index, value in enumerate(fields):
            logits = stepper.logits(tracker.features(), fields[None, :index])[0].astype(float)
            if number >= 6:
                total[index] += logits[value] - np.log(np.exp(logits).sum())
        stepper.push(fields[None])
        tracker.push(fields[None])
    assert piece.log_likelihood.sum(axis=0) == pytest.approx(total, rel=1e-6)
    assert piece.nats_per_note == pytest.approx(-total.sum() / 34)


def test_a_warmup_window_is_not_part_of_the_piece():
    encoding = NotesEncoding.for_scores(TUNES)
    classic = Parrot(encoding, [encoding.encode(score) for score in TUNES], order=3)
    classic.warmup_windows = tuple(encoding.encode(score).fields[:10] for score in TUNES)
    for piece in generate(classic, plain_settings(bars=4, variations=6)):
        # An eighth each.
        assert len(piece.steps) == 32
        assert piece.score.bars == 4 and piece.score.end == 4 * BAR
        tokens = piece.steps.fields[:3, 0].tolist()
        assert tokens in [encoding.encode(score).fields[10:13, 0].tolist() for score in TUNES]


def test_a_model_of_notes_continues_a_primer():
    encoding = NotesEncoding.for_scores(TUNES)
    classic = Parrot(encoding, [encoding.encode(score) for score in TUNES], order=3)
    primer = Score(notes_from([(0, 12, 60), (12, 12, 64)]))
    (piece,) = generate(classic, plain_settings(bars=None, notes=10), primer)
    assert piece.primer_notes == 2 and len(piece.steps) == 10


@pytest.mark.parametrize("wrong", [{"density": 1.0}, {"grid": "8th"}])
def test_a_model_of_notes_refuses_density_and_grid(wrong):
    encoding = NotesEncoding.for_scores(TUNES)
    classic = Parrot(encoding, [encoding.encode(TUNES[0])])
    with pytest.raises(InvalidSetting, match="it takes no density and no grid"):
        generate(classic, plain_settings(**wrong))


def test_a_temperature_for_an_unknown_field_is_refused(parrot):
    with pytest.raises(InvalidSetting, match="draws shift, pitch, duration, and no token"):
        generate(parrot, plain_settings(field_temperature={"token": 0.5}))


def test_one_instrument_for_all_notes_makes_one_part():
    """A model that draws programs at random has a part for each of them."""
    pieces = []
    for seed in range(4):
        notes = tune(seed, notes=120).notes.copy()
        notes["program"] = np.arange(len(notes)) % 5
        pieces.append(Score(notes))
    encoding = EventsEncoding(program=True)
    model = Parrot(encoding, [encoding.encode(piece) for piece in pieces])
    (as_drawn,) = generate(model, plain_settings(bars=8, parts=0))
    (piece,) = generate(model, plain_settings(bars=8, parts=0, program=40))
    assert len(as_drawn.score.parts) == 5 and len(piece.score) == len(as_drawn.score)
    assert [part.program for part in piece.score.parts] == [40]
