"""Matches with training pieces: planted copies, the report, the overlap of held-out pieces."""

import json
from dataclasses import replace

import numpy as np
import pytest

from musicgen.composing.originality.index import (
    MIN_MATCH_NOTES,
    HeldOutOverlap,
    OriginalityIndex,
)
from musicgen.composing.originality.note_transitions import END, note_sequence
from musicgen.composing.originality.report import (
    Originality,
    default_max_copy,
    held_out_overlap,
    originality,
)
from musicgen.metres import TICKS_PER_QUARTER, Metre
from musicgen.score import Score, notes_from
from tests.helpers.tunes import tune

QUARTER = TICKS_PER_QUARTER
TRAINING = [tune(seed, notes=120) for seed in range(30)]


# Keys of the reports that the first versions wrote.
EARLIER_NAMES = (
    "longest_run",
    "longest_run_bars",
    "source",
    "source_bar",
    "share_8",
    "human_95",
    "runs",
)


@pytest.fixture(scope="module")
def index() -> OriginalityIndex:
    return OriginalityIndex.build(TRAINING)


def melody(*pitches: int, step: int = QUARTER, name: str = "") -> Score:
    return Score(notes_from([(i * step, step, p) for i, p in enumerate(pitches)]), name=name)


def planted(source: Score, first: int, count: int, semitones: int, seed: int) -> tuple[Score, int]:
    """A new piece with `count` notes of the source inside, and the index of the first."""
    before, after = tune(1000 + seed, notes=60), tune(2000 + seed, notes=60)
    copied = source.notes[first : first + count].copy()
    copied["pitch"] += semitones
    # Onset shifts that no tune has, before and after the copy, bound the match.
    copied["start"] += before.notes["start"][-1] + 17 * 2 - copied["start"][0]
    rest = after.notes.copy()
    rest["start"] += copied["start"][-1] + 19 * 2 - rest["start"][0]
    notes = np.concatenate([before.notes, copied, rest])
    notes["duration"] = 2
    return Score(notes), len(before)


@pytest.mark.parametrize("seed", range(100))
def test_a_planted_copy_is_found_note_by_note(index, seed):
    rng = np.random.default_rng(seed)
    number = int(rng.integers(len(TRAINING)))
    source = TRAINING[number]
    first = int(rng.integers(len(source) - 40))
    piece, at = planted(source, first, 40, 5, seed)
    report = originality(piece, index)
    (match,) = [match for match in report.matches if match.notes >= 40]
    assert (match.first, match.notes, match.source, match.source_note) == (
        at,
        40,
        source.name,
        first,
    )
    assert match.semitones == 5
    assert (report.longest_match, report.source) == (40, source.name)
    from_0 = source.bar_positions(source.notes["start"][first : first + 1])[0][0]
    assert report.source_bar == from_0 + 1
    assert match.start == piece.notes["start"][at] and match.end == piece.notes["start"][at + 39]


def test_the_values_of_a_report():
    theme = (60, 62, 64, 65, 67, 69, 71, 72, 60)
    index = OriginalityIndex.build([melody(48, 48, 48, 48, *theme, name="theme")])
    piece = melody(40, 41, 40, *(p + 3 for p in theme), 50, 50)
    report = originality(piece, index)
    assert report.longest_match == 9
    assert report.longest_match_bars == 2.0  # eight quarters from the first note to the last
    assert (report.source, report.source_bar) == ("theme", 2)
    assert report.share_8 == pytest.approx(9 / 14)
    assert report.human_95 is None
    (match,) = report.matches
    assert (match.first, match.semitones, match.source_note) == (3, 3, 4)


def test_a_report_is_read_from_its_json_of_this_and_of_earlier_versions(index):
    report = originality(TRAINING[3].transposed(2), index)
    entry = json.loads(json.dumps(report.to_json()))
    assert Originality.from_json(entry) == report
    earlier = {name: entry[name] for name in EARLIER_NAMES}
    assert Originality.from_json(earlier) == report


@pytest.mark.parametrize(
    "entry", [None, 1, [], {}, "runs", {"runs": [1]}, {"matches": []}, {"longest_match": "9"}]
)
def test_a_damaged_report_is_none(entry):
    assert Originality.from_json(entry) is None


def test_seven_notes_are_not_a_match_and_eight_are():
    index = OriginalityIndex.build([melody(60, 62, 64, 65, 67, 69, 71, 72, 73)])
    seven = originality(melody(60, 62, 64, 65, 67, 69, 71, 80), index)
    assert (seven.longest_match, seven.share_8, seven.matches, seven.source) == (0, 0, (), "")
    eight = originality(melody(60, 62, 64, 65, 67, 69, 71, 72), index)
    assert (eight.longest_match, eight.share_8) == (8, 1)


def test_a_match_does_not_cross_from_one_training_piece_into_the_next():
    index = OriginalityIndex.build([melody(*range(60, 66)), melody(*range(66, 72))])
    assert originality(melody(*range(60, 72)), index).longest_match == 0


def test_short_and_empty_pieces(index):
    for piece in (Score(), melody(60), melody(60, 62, 64)):
        assert originality(piece, index).longest_match == 0
    assert originality(TRAINING[0], OriginalityIndex.build([])).longest_match == 0


def test_matches_are_the_longest_of_an_exhaustive_search():
    """Compared at all pairs of positions, on pieces with many repetitions."""
    rng = np.random.default_rng(0)
    training = [melody(*(60 + 2 * rng.integers(0, 2, 120))) for _ in range(3)]
    piece = melody(*(60 + 2 * rng.integers(0, 2, 90)))
    codes, pool = (note_sequence(s).codes().tolist() for s in ([piece], training))
    longest = 0
    for i in range(len(codes) - 1):
        for j in range(len(pool)):
            size = 0
            while i + size < len(codes) - 1 and codes[i + size] == pool[j + size] != END:
                size += 1
            longest = max(longest, size + 1)
    report = originality(piece, OriginalityIndex.build(training))
    assert report.longest_match == longest
    for match in report.matches:
        copy = training[match.source_piece].notes["pitch"][match.source_note :][: match.notes]
        assert np.array_equal(
            copy + match.semitones, piece.notes["pitch"][match.first :][: match.notes]
        )


def test_the_overlap_is_percentiles_over_held_out_pieces(index):
    held_out = [tune(seed) for seed in range(500, 510)] + [TRAINING[4].transposed(-3)]
    overlap = held_out_overlap(held_out, index)
    lengths = sorted(originality(score, index).longest_match for score in held_out)
    assert overlap.pieces == 11
    assert overlap.longest_match_50 == lengths[5]
    assert overlap.longest_match_95 == pytest.approx((lengths[9] + lengths[10]) / 2)
    assert lengths[10] == len(note_sequence([TRAINING[4]]).keys)
    report = originality(held_out[0], index.with_held_out_overlap(overlap))
    assert report.human_95 == overlap.longest_match_95
    with pytest.raises(ValueError, match="no held-out pieces"):
        held_out_overlap([Score()], index)


def test_the_default_of_max_copy_is_what_held_out_pieces_share(index):
    def limit(longest: float) -> int:
        return default_max_copy(index.with_held_out_overlap(HeldOutOverlap(9, 0, longest, 0, 0)))

    assert [limit(longest) for longest in (0, 11.6, 300)] == [MIN_MATCH_NOTES, 11, 16]
    assert default_max_copy(index) == 16


def test_bars_of_the_source_are_numbered_as_printed():
    source = Score(
        melody(*range(50, 62), name="pickup").notes, 120, (Metre(0, 1, 4), Metre(24, 4, 4))
    )
    index = OriginalityIndex.build([melody(40, 41), replace(source, name="pickup")])
    assert index.bars.tolist() == [1, 1, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    assert originality(melody(*range(61, 71)), index).source_bar == 0
