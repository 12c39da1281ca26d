"""Teacher-forced evaluation of models with known predictions."""

import json
import math
from itertools import count

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding, Features, Steps
from musicgen.evaluation import ngram
from musicgen.evaluation.likelihood import (
    BATCH_PIECES,
    PROGRESS_STEPS,
    NothingToEvaluate,
    evaluate,
    evaluate_steps,
    predict,
)
from musicgen.score import Score, notes_from

EVENTS = EventsEncoding()


class ConstantModel:
    """A model with the same prediction at every step; records its inputs and its batch sizes."""

    def __init__(self, encoding: Encoding, probabilities: list[list[float]]) -> None:
        self.encoding = encoding
        self.log_probabilities = [np.log(np.array(row)) for row in probabilities]
        self.features: list[Features] = []
        self.rows: list[int] = []

    def start(self, pieces: int) -> "ConstantModel":
        self.rows = [pieces]
        return self

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        self.features.append(features)
        of_field = self.log_probabilities[drawn.shape[1]]
        return np.tile(of_field, (len(drawn), 1)).astype(np.float32)

    def push(self, fields: np.ndarray) -> None:
        assert len(fields) == self.rows[-1]

    def select(self, rows: np.ndarray) -> None:
        self.rows.append(len(rows))


COIN = NotesEncoding(((60,), (62,)))
BIASED = [[0.75, 0.25]]


def coins(*values: int) -> Steps:
    return Steps(np.array(values, np.int32).reshape(-1, 1), name=str(values))


def test_bits_accuracy_and_percentiles_of_a_constant_model() -> None:
    model = ConstantModel(COIN, BIASED)
    evaluation = evaluate_steps(model, [coins(0, 0, 1), coins(1)], notes=[3, 1])
    likely, unlikely = math.log2(4 / 3), 2.0
    assert evaluation.bits_per_note == pytest.approx((2 * likely + 2 * unlikely) / 4)
    assert evaluation.accuracy == {"token": 0.5}
    assert evaluation.calibration["token"].expected_error == pytest.approx(0.25)
    assert [piece.bits_per_note for piece in evaluation.pieces] == pytest.approx(
        [(2 * likely + unlikely) / 3, unlikely]
    )
    assert evaluation.mean_over_pieces == pytest.approx((2 * likely + 4 * unlikely) / 6)
    assert evaluation.percentiles[50] == pytest.approx(evaluation.mean_over_pieces)
    assert model.rows == [2, 1]


def test_bits_are_per_note_whatever_a_step_is() -> None:
    model = ConstantModel(COIN, [[0.5, 0.5]])
    evaluation = evaluate_steps(model, [coins(0, 1, 0)], notes=[6])
    assert (evaluation.bits_per_step, evaluation.bits_per_note) == (1.0, 0.5)
    assert evaluation.by_field == {"token": 0.5}
    assert (evaluation.steps, evaluation.notes) == (3, 6)


def test_the_notes_of_a_chord_token_are_counted() -> None:
    chord = Score(notes_from([(0, 24, 60), (0, 24, 64), (0, 24, 67), (24, 24, 62)]))
    encoding = NotesEncoding.for_scores([chord])
    model = ConstantModel(encoding, [[0.5, 0.5]])
    evaluation = evaluate(model, [chord, Score()])
    assert (evaluation.steps, evaluation.notes, len(evaluation.pieces)) == (2, 4, 1)
    assert evaluation.bits_per_note == 0.5


def test_pieces_of_a_batch_cost_what_they_cost_alone() -> None:
    scores = load_collection("bach-chorales").scores[:9]
    pieces = [EVENTS.encode(score) for score in scores]
    model = ngram.fit(EVENTS, pieces[5:], order=2)
    evaluation = evaluate(model, scores[:5])
    alone = [model.bits([steps]) for steps in pieces[:5]]
    assert [piece.bits for piece in evaluation.pieces] == pytest.approx(
        [bits.sum() for bits in alone], rel=1e-5
    )
    assert [piece.name for piece in evaluation.pieces] == [score.name for score in scores[:5]]
    by_field = np.concatenate(alone).mean(axis=0)
    assert list(evaluation.by_field.values()) == pytest.approx(by_field.tolist(), rel=1e-5)
    assert sum(evaluation.by_field.values()) == pytest.approx(evaluation.bits_per_note)


def test_pieces_beyond_one_batch_are_evaluated_too() -> None:
    pieces = [coins(*[0] * (1 + i % 3)) for i in range(BATCH_PIECES + 5)]
    reports: list[tuple[int, int]] = []
    notes = [len(steps) for steps in pieces]
    model = ConstantModel(COIN, BIASED)
    evaluation = evaluate_steps(model, pieces, notes, progress=lambda *of: reports.append(of))
    assert evaluation.steps == evaluation.total_notes == sum(notes)
    assert evaluation.bits_per_note == pytest.approx(math.log2(4 / 3))
    assert [piece.steps for piece in evaluation.pieces] == notes
    assert reports[-1] == (sum(notes), sum(notes))
    assert reports == sorted(reports)


def test_progress_is_reported_within_long_pieces() -> None:
    reports: list[tuple[int, int]] = []
    piece = coins(*[0] * (2 * PROGRESS_STEPS + 1))
    model = ConstantModel(COIN, BIASED)
    evaluate_steps(model, [piece], [34], progress=lambda *of: reports.append(of))
    assert reports == [(0, 34), (16, 34), (32, 34), (34, 34)]


def _after(steps: int):
    """A time limit that is reached after a number of steps."""
    calls = count(1)
    return lambda: next(calls) >= steps


def test_a_time_limit_ends_within_a_batch() -> None:
    """All pieces of the batch are measured up to the same step, and the counts say so."""
    pieces = [coins(*[0] * length) for length in (9, 2, 5)]
    model = ConstantModel(COIN, BIASED)
    evaluation = evaluate_steps(model, pieces, [18, 4, 10], is_time_over=_after(3))
    assert [(piece.steps, piece.notes) for piece in evaluation.pieces] == [(3, 6), (2, 4), (3, 6)]
    assert (evaluation.total_pieces, evaluation.total_notes) == (3, 32)
    assert evaluation.coverage == "16 of 32 notes in 3 of 3 pieces"
    assert evaluation.bits_per_step == pytest.approx(math.log2(4 / 3))
    assert evaluation.bits_per_note == pytest.approx(math.log2(4 / 3) / 2)


def test_a_time_limit_leaves_out_batches_of_random_pieces() -> None:
    pieces = [coins(*[0] * (1 + i % 3)) for i in range(3 * BATCH_PIECES)]
    model = ConstantModel(COIN, BIASED)
    measured = [len(p) > 0 for p in predict(model, pieces, is_time_over=_after(3))]
    assert sum(measured) == BATCH_PIECES
    assert len({i // BATCH_PIECES for i, is_measured in enumerate(measured) if is_measured}) == 3
    evaluation = evaluate_steps(model, pieces, [1] * len(pieces), is_time_over=_after(3))
    answer = evaluation.to_json()
    assert (answer["pieces"], answer["total_pieces"]) == (BATCH_PIECES, 3 * BATCH_PIECES)


def test_one_step_is_measured_when_the_time_is_over_at_once() -> None:
    evaluation = evaluate_steps(
        ConstantModel(COIN, BIASED), [coins(0, 0)], [2], is_time_over=lambda: True
    )
    assert evaluation.steps == 1


def test_a_primer_is_context_that_costs_nothing() -> None:
    model = ngram.fit(COIN, [coins(0, 0, 1, 1, 0, 0, 1, 1), coins(0, 0, 1)], order=3)
    primer = np.array([[0], [0]], np.int32)
    evaluation = evaluate_steps(model, [coins(1, 1), coins(1)], [2, 1], primer)
    whole = model.bits([coins(0, 0, 1, 1)])[2:]
    assert evaluation.pieces[0].bits == pytest.approx(whole.sum(), rel=1e-5)
    assert evaluation.pieces[1].bits == pytest.approx(whole[0].sum(), rel=1e-5)
    assert evaluation.steps == 3


def test_a_primer_is_stepped_once_for_all_pieces() -> None:
    model = ConstantModel(COIN, BIASED)
    evaluate_steps(model, [coins(0, 1), coins(0)], [2, 1], primer=np.array([[0], [1]], np.int32))
    assert model.rows == [1, 2, 1]


def test_the_bars_left_are_hidden() -> None:
    probabilities = [[1 / field.size] * field.size for field in EVENTS.fields]
    model = ConstantModel(EVENTS, probabilities)
    score = Score(notes_from([(0, 96, 60), (96, 96, 62), (192, 96, 64)]))
    evaluation = evaluate(model, [score])
    clocks = np.array([inputs["clock"][0] for inputs in model.features[::3]])
    # Position in the bar of the last onset, length of the bar, bars left.
    assert clocks.tolist() == [[0, 48, 0], [0, 48, 0], [0, 48, 0]]
    assert {name: value.shape for name, value in model.features[0].items()} == {
        name: (1, width) for name, width in EVENTS.feature_widths.items()
    }
    assert evaluation.bits_per_note == pytest.approx(sum(math.log2(f.size) for f in EVENTS.fields))


def test_the_evaluation_is_json() -> None:
    evaluation = evaluate_steps(ConstantModel(COIN, BIASED), [coins(0, 1)], notes=[2])
    answer = json.loads(json.dumps(evaluation.to_json(), allow_nan=False))
    assert answer["notes"] == 2
    assert answer["pieces"] == 1
    assert answer["accuracy"] == {"token": 0.5}
    assert answer["calibration"]["token"][7]["predictions"] == 2
    assert answer["by_piece"] == [
        {"name": "(0, 1)", "notes": 2, "bits_per_note": answer["bits_per_note"]}
    ]


def test_a_piece_without_notes_is_refused() -> None:
    with pytest.raises(NothingToEvaluate, match="nothing to evaluate"):
        evaluate(ConstantModel(COIN, [[0.5, 0.5]]), [Score()])
