"""The blind listening test: passages, the interval, what is saved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicgen.evaluation.listening_test import (
    RESULTS,
    Answer,
    NoPassage,
    draw_pair,
    draw_passage,
    read_answers,
    save_answer,
    taken_for_human,
)
from musicgen.score import Part, Score, notes_from

LOW = Score(notes_from([(12 * n, 12, 40) for n in range(8 * 8)]), name="by a person")
HIGH = replace(LOW, notes=notes_from([(12 * n, 12, 90) for n in range(8 * 8)]))


def test_a_passage_has_whole_bars_and_says_nothing_of_its_origin() -> None:
    passage = draw_passage([LOW], 4, np.random.default_rng(1))
    assert len(passage) == 32 and passage.bars == 4 and passage.notes["start"][0] == 0
    assert passage.name == "" and len(passage.parts) == 1
    assert set(passage.notes["velocity"]) == {80}


def test_passages_of_any_instruments_sound_as_one_piano() -> None:
    notes = np.concatenate([LOW.notes, HIGH.notes])
    notes["part"], notes["program"] = [0] * 64 + [1] * 64, [19] * 64 + [73] * 64
    organ_and_flute = Score(notes, parts=(Part("Organ", 19), Part("Flute", 73, track=1)))
    passage = draw_passage([organ_and_flute], 4, np.random.default_rng(1))
    assert len(passage) == 64 and set(passage.notes["program"].tolist()) == {0}


def test_either_comes_first() -> None:
    rng = np.random.default_rng(0)
    pairs = [draw_pair([LOW], [HIGH], rng) for _ in range(20)]
    for pair in pairs:
        assert pair.human_is_first == (pair.first.notes["pitch"][0] == 40)
        assert pair.first.notes["pitch"][0] != pair.second.notes["pitch"][0]
    assert len({pair.human_is_first for pair in pairs}) == 2


def test_both_have_the_tempo_of_the_human_one() -> None:
    pair = draw_pair([replace(LOW, tempo=72.0)], [HIGH], np.random.default_rng(0))
    assert pair.first.tempo == pair.second.tempo == 72.0
    assert pair.first.seconds == pair.second.seconds


def test_a_model_that_composes_nothing_is_named() -> None:
    with pytest.raises(NoPassage, match="the model composed no 4 bars with 8 notes"):
        draw_pair([LOW], [Score(notes_from([(0, 24, 60)]))], np.random.default_rng(0))


def test_pieces_that_are_too_short_are_named() -> None:
    for scores in ([], [Score(notes_from([(0, 24, 60)]))]):
        with pytest.raises(NoPassage):
            draw_passage(scores, 4, np.random.default_rng(0))


def test_the_interval_is_that_of_wilson() -> None:
    answers = [Answer("a@best", n < 4, "") for n in range(10)]
    result = taken_for_human(answers)
    assert result is not None and (result.share, result.answers) == (0.4, 10)
    assert (round(result.low, 3), round(result.high, 3)) == (0.168, 0.687)
    assert taken_for_human([]) is None
    never = taken_for_human([Answer("a@best", False, "")] * 5)
    assert never is not None and never.low < 1e-9 and 0.4 < never.high < 0.45


def test_answers_are_saved_by_model(tmp_path) -> None:
    mine, other = Answer("a@best", True, "2026-01-01"), Answer("b@best", False, "2026-01-02")
    for answer in (mine, other):
        save_answer(tmp_path / "new", answer)
    with (tmp_path / "new" / RESULTS).open("ab") as file:
        file.write(b'{"model": 3}\n\xff\n')
    assert read_answers(tmp_path / "new") == [mine, other]
    assert read_answers(tmp_path / "new", "b@best") == [other]
    assert read_answers(tmp_path / "nowhere") == []
