import json
from dataclasses import asdict, replace

import pytest

from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.report import originality
from musicgen.composing.ranking import Penalty
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.settings import ComposeSettings
from musicgen.rendering.figures.roll import Mark
from musicgen.ui.compose.piece_facts import (
    is_too_short_to_judge,
    longest_shared,
    marks_of,
    metrics_of,
    originality_of,
    penalty_of,
    primer_notes,
)
from tests.helpers.tiny_music import tiny_pieces


def piece(**facts: object) -> SavedPiece:
    return SavedPiece("id", "name", "2026-01-01", "run@best", ComposeSettings(), 0, facts=facts)


def test_a_report_is_read_back_from_json():
    report = originality(tiny_pieces()[2], OriginalityIndex.build(tiny_pieces()))
    written = json.loads(json.dumps(report.to_json()))
    assert originality_of(piece(originality=written)) == report


def test_marks_count_notes_from_the_start_of_the_primer():
    match = {
        "first": 3, "notes": 9, "start": 0, "end": 10, "source": "a", "source_piece": 0,
        "source_note": 0, "source_bar": 4, "semitones": 0,
    }  # fmt: skip
    report = {
        "longest_run": 9, "longest_run_bars": 1.0, "source": "a", "source_bar": 4,
        "share_8": 0.5, "human_95": None, "runs": [match],
    }  # fmt: skip
    assert marks_of(piece(originality=report, primer_notes=5)) == [
        Mark(8, 17, "9 notes as in a, bar 4")
    ]
    [mark] = marks_of(piece(originality={**report, "runs": [{**match, "source_bar": 0}]}))
    assert mark.label == "9 notes as in a, upbeat"
    for human, shared in ((9, True), (8.5, False)):  # no longer than held-out pieces share
        [mark] = marks_of(piece(originality={**report, "human_95": human}))
        assert mark.shared == shared
    assert marks_of(piece(originality={**report, "runs": [{**match, "first": "3"}]})) == []


def test_that_nothing_is_shared_is_said_in_words():
    alike = originality(tiny_pieces()[2], OriginalityIndex.build(tiny_pieces()))
    assert longest_shared(alike) == "45 notes"
    assert longest_shared(replace(alike, longest_match=1)) == "1 note"
    assert longest_shared(replace(alike, longest_match=0)) == "none"


@pytest.mark.parametrize("prompt_notes, too_short", [(0, False), (8, False), (9, True)])
def test_a_piece_is_too_short_to_judge_if_few_notes_were_composed(prompt_notes, too_short):
    assert is_too_short_to_judge(piece(notes=40, primer_notes=prompt_notes)) == too_short


def test_a_damaged_number_of_notes_is_not_too_short():
    assert not is_too_short_to_judge(piece(notes="7"))


@pytest.mark.parametrize("entry", [None, 1, [], {}, {"runs": [1]}, {"runs": []}, "runs"])
def test_a_damaged_report_is_none(entry):
    assert originality_of(piece(originality=entry)) is None


def test_the_penalty_of_an_earlier_version_has_the_same_parts():
    penalty = Penalty(0.1, 0.2, 0.3, 1000.0)
    earlier = {"likelihood": 0.1, "figures": 0.2, "originality": 0.3, "collapse": 1000.0}
    assert penalty_of(piece(score=earlier)) == asdict(penalty)
    assert penalty_of(piece(penalty=penalty.to_json(), score=earlier)) == asdict(penalty)
    assert penalty_of(piece(score="damaged")) == {}


def test_damaged_metrics_and_numbers_are_left_out():
    assert metrics_of(piece(figures={"a": 1, "b": "x", "c": None})) == {"a": 1.0}
    assert metrics_of(piece(figures=[1])) == {}
    assert primer_notes(piece(primer_notes="3")) == 0


def test_numbers_beyond_all_floats_are_left_out():
    assert metrics_of(piece(metrics={"a": 10**400, "b": 2, "c": "x"})) == {"b": 2.0}
