"""Uniform, unigram and n-gram baselines on chorales and on tiny pieces."""

import math

import pytest

from musicgen.corpus.load import load_collection
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.evaluation.baselines import baselines
from musicgen.evaluation.likelihood import NothingToEvaluate
from musicgen.score import Score, notes_from


def test_on_chorales_each_baseline_beats_the_one_before() -> None:
    scores = load_collection("bach-chorales").scores[:40]
    sides = {"train": scores[:30], "valid": scores[30:35], "test": scores[35:]}
    uniform, unigram, ngram = baselines(EventsEncoding(), sides)
    assert [row.name for row in (uniform, unigram, ngram)] == ["uniform", "unigram", "n-gram"]
    sizes = math.log2(193) + math.log2(88) + math.log2(192)
    for side in ("valid", "test"):
        assert uniform.bits_per_note[side] == pytest.approx(sizes)
        assert ngram.bits_per_note[side] < unigram.bits_per_note[side] < sizes
        assert sum(ngram.by_field[side].values()) == pytest.approx(ngram.bits_per_note[side])
    assert set(ngram.bits_per_note) == {"valid", "test"}
    assert (uniform.order, unigram.order) == (0, 0)
    assert ngram.order > 1


def test_bits_of_tokens_are_divided_by_notes() -> None:
    chords = Score(notes_from([(24 * i, 24, key) for i in range(8) for key in (60, 64, 67)]))
    encoding = NotesEncoding.for_scores([chords, Score(notes_from([(0, 24, 60)]))])
    uniform, *_ = baselines(encoding, {"train": [chords], "valid": [chords, Score()]})
    assert uniform.bits_per_step["valid"] == 1.0
    assert uniform.bits_per_note["valid"] == pytest.approx(1 / 3)


def test_a_side_without_notes_is_refused() -> None:
    one = Score(notes_from([(0, 24, 60)]))
    with pytest.raises(NothingToEvaluate, match="'valid'"):
        baselines(EventsEncoding(), {"train": [one], "valid": [Score()]})
