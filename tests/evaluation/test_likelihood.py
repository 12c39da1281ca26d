"""Teacher-forced evaluation of models whose answers are known."""

import json
import math

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding, Features, Steps
from musicgen.evaluation import ngram
from musicgen.evaluation.likelihood import OFTEN, TOGETHER, evaluate, evaluate_steps
from musicgen.score import Score, notes_from

EVENTS = EventsEncoding()


class Fixed:
    """A model that always says the same, and remembers what it was told."""

    def __init__(self, encoding: Encoding, chances: list[list[float]]) -> None:
        self.encoding = encoding
        self.logs = [np.log(np.array(row)) for row in chances]
        self.feature_widths: list[Features] = []
        self.alive: list[int] = []

    def start(self, pieces: int) -> "Fixed":
        self.alive = [pieces]
        return self

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        self.feature_widths.append(features)
        return np.tile(self.logs[drawn.shape[1]], (len(drawn), 1)).astype(np.float32)

    def push(self, fields: np.ndarray) -> None:
        assert len(fields) == self.alive[-1]

    def select(self, rows: np.ndarray) -> None:
        assert (rows == np.arange(len(rows))).all()
        self.alive.append(len(rows))


COIN = NotesEncoding(((60,), (62,)))


def coins(*values: int) -> Steps:
    return Steps(np.array(values, np.int32).reshape(-1, 1), name=str(values))


def test_bits_accuracy_and_spread_of_a_model_that_always_says_the_same() -> None:
    model = Fixed(COIN, [[0.75, 0.25]])
    found = evaluate_steps(model, [coins(0, 0, 1), coins(1)], notes=[3, 1])
    likely, unlikely = math.log2(4 / 3), 2.0
    assert found.bits_per_note == pytest.approx((2 * likely + 2 * unlikely) / 4)
    assert found.accuracy == {"token": 0.5}
    assert found.calibration["token"].error == pytest.approx(0.25)
    assert [piece.bits_per_note for piece in found.pieces] == pytest.approx(
        [(2 * likely + unlikely) / 3, unlikely]
    )
    assert found.mean_over_pieces == pytest.approx((2 * likely + 4 * unlikely) / 6)
    assert found.spread[50] == pytest.approx(found.mean_over_pieces)
    assert model.alive == [2, 1]


def test_a_note_is_the_unit_whatever_a_step_is() -> None:
    model = Fixed(COIN, [[0.5, 0.5]])
    found = evaluate_steps(model, [coins(0, 1, 0)], notes=[6])
    assert (found.bits_per_step, found.bits_per_note) == (1.0, 0.5)
    assert found.by_field == {"token": 0.5}
    assert (found.steps, found.notes) == (3, 6)


def test_chords_of_tokens_are_notes_of_the_grid() -> None:
    chord = Score(notes_from([(0, 24, 60), (0, 24, 64), (0, 24, 67), (24, 24, 62)]))
    encoding = NotesEncoding.for_scores([chord])
    model = Fixed(encoding, [[0.5, 0.5]])
    found = evaluate(model, [chord, Score()])
    assert (found.steps, found.notes, len(found.pieces)) == (2, 4, 1)
    assert found.bits_per_note == 0.5


def test_whole_pieces_of_any_lengths_cost_what_they_cost_alone() -> None:
    scores = load_collection("bach-chorales").scores[:9]
    pieces = [EVENTS.encode(score) for score in scores]
    model = ngram.fit(EVENTS, pieces[5:], order=2)
    found = evaluate(model, scores[:5])
    alone = [model.bits([steps]) for steps in pieces[:5]]
    assert [piece.bits for piece in found.pieces] == pytest.approx(
        [bits.sum() for bits in alone], rel=1e-5
    )
    assert [piece.name for piece in found.pieces] == [score.name for score in scores[:5]]
    by_field = np.concatenate(alone).mean(axis=0)
    assert list(found.by_field.values()) == pytest.approx(by_field.tolist(), rel=1e-5)
    assert sum(found.by_field.values()) == pytest.approx(found.bits_per_note)


def test_more_pieces_than_go_together_are_all_judged() -> None:
    pieces = [coins(*[0] * (1 + i % 3)) for i in range(TOGETHER + 5)]
    told: list[tuple[int, int]] = []
    model = Fixed(COIN, [[0.75, 0.25]])
    notes = [len(steps) for steps in pieces]
    found = evaluate_steps(model, pieces, notes, progress=lambda *of: told.append(of))
    assert found.steps == sum(notes)
    assert found.bits_per_note == pytest.approx(math.log2(4 / 3))
    assert [piece.steps for piece in found.pieces] == notes
    assert told[-1] == (sum(notes), sum(notes))
    assert len(told) == 2


def test_long_pieces_are_heard_of_while_they_are_judged() -> None:
    told: list[tuple[int, int]] = []
    piece = coins(*[0] * (2 * OFTEN + 1))
    evaluate_steps(Fixed(COIN, [[0.75, 0.25]]), [piece], [7], progress=lambda *of: told.append(of))
    assert told == [(0, 7), (0, 7), (7, 7)]


def test_a_primer_is_heard_and_costs_nothing() -> None:
    model = ngram.fit(COIN, [coins(0, 0, 1, 1, 0, 0, 1, 1), coins(0, 0, 1)], order=3)
    primer = np.array([[0], [0]], np.int32)
    found = evaluate_steps(model, [coins(1, 1), coins(1)], [2, 1], primer)
    whole = model.bits([coins(0, 0, 1, 1)])[2:]
    assert found.pieces[0].bits == pytest.approx(whole.sum(), rel=1e-5)
    assert found.pieces[1].bits == pytest.approx(whole[0].sum(), rel=1e-5)
    assert found.steps == 3


def test_no_piece_tells_how_many_bars_are_left() -> None:
    chances = [[1 / field.size] * field.size for field in EVENTS.fields]
    model = Fixed(EVENTS, chances)
    score = Score(notes_from([(0, 96, 60), (96, 96, 62), (192, 96, 64)]))
    found = evaluate(model, [score])
    clocks = np.array([heard["clock"][0] for heard in model.feature_widths[::3]])
    # The place in the bar of the latest onset, the length of the bar, and nothing.
    assert clocks.tolist() == [[0, 48, 0], [0, 48, 0], [0, 48, 0]]
    assert {name: value.shape for name, value in model.feature_widths[0].items()} == {
        name: (1, width) for name, width in EVENTS.feature_widths.items()
    }
    assert found.bits_per_note == pytest.approx(sum(math.log2(f.size) for f in EVENTS.fields))


def test_the_report_is_json() -> None:
    found = evaluate_steps(Fixed(COIN, [[0.75, 0.25]]), [coins(0, 1)], notes=[2])
    report = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert report["notes"] == 2
    assert report["pieces"] == 1
    assert report["accuracy"] == {"token": 0.5}
    assert report["calibration"]["token"][7]["predictions"] == 2
    assert report["by_piece"] == [
        {"name": "(0, 1)", "notes": 2, "bits_per_note": report["bits_per_note"]}
    ]


def test_nothing_to_evaluate_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to evaluate"):
        evaluate(Fixed(COIN, [[0.5, 0.5]]), [Score()])
