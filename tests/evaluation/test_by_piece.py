"""Costs by piece and bar."""

from __future__ import annotations

import numpy as np
import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.evaluation.by_piece import PieceBits, measure_pieces, onsets_of
from musicgen.evaluation.likelihood import evaluate
from musicgen.evaluation.ngram import fit
from musicgen.metres import Metre
from musicgen.score import Score, notes_from

UPBEAT = (Metre(0, 1, 4), Metre(24, 4, 4))
SCALE = [(24 * n, 24, 60 + n % 8) for n in range(9)]


@pytest.mark.parametrize("kind", ["events", "parts"])
def test_steps_have_the_onsets_of_their_notes(kind: str) -> None:
    score = Score(notes_from(SCALE), metres=UPBEAT)
    encoding = EventsEncoding() if kind == "events" else PartsEncoding.for_scores([score])
    assert onsets_of(encoding, encoding.encode(score)).tolist() == [24 * n for n in range(9)]


def test_bits_are_summed_by_bar_with_an_upbeat() -> None:
    score = Score(notes_from(SCALE), metres=UPBEAT)
    piece = PieceBits(score, 9, np.arange(1.0, 10.0), 24 * np.arange(9))
    assert piece.by_bar().tolist() == [1, 2 + 3 + 4 + 5, 6 + 7 + 8 + 9]
    assert piece.bits_per_note == 5


def test_the_piece_that_surprises_most_comes_first_and_bits_are_those_of_an_evaluation() -> None:
    common = Score(notes_from(SCALE), name="common")
    odd = Score(notes_from([(24 * n, 12, 90 - 7 * n) for n in range(9)]), name="odd")
    encoding = EventsEncoding.for_scores([common, odd])
    model = fit(encoding, [encoding.encode(common)] * 3, 2)
    reports: list[tuple[int, int]] = []
    pieces = measure_pieces(model, [common, Score(), odd], progress=lambda *at: reports.append(at))
    assert [piece.score.name for piece in pieces] == ["odd", "common"]
    assert reports[-1] == (18, 18)
    bits = sum(float(piece.steps.sum()) for piece in pieces)
    assert bits / 18 == pytest.approx(evaluate(model, [common, odd]).bits_per_note)
