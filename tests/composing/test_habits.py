"""What a collection decides for pieces that begin from nothing."""

from collections import Counter
from pathlib import Path

import pytest

from musicgen.composing.background import Background
from musicgen.composing.habits import FILE, Habit, as_usual, habits_of, load_habits, save_habits
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.studio import resolved
from musicgen.score import Metre, Score, notes_from


def _piece(metre: Metre, tempo: float, program: int) -> Score:
    return Score(notes_from([(0, 24, 60, 80, program)] * 4), tempo, (metre,))


WALTZES = [_piece(Metre(0, 3, 4), tempo, 40) for tempo in (90.0, 100.0, 150.0)]
REELS = [_piece(Metre(0, 2, 4), 120.0, 110)]
HABITS = (Habit("3/4", 0.75, 100.0, 40), Habit("2/4", 0.25, 120.0, 110))


def test_habits_of_a_collection() -> None:
    assert habits_of([*WALTZES, *REELS, Score()]) == HABITS
    assert habits_of([]) == ()


def test_rare_metres_are_left_out() -> None:
    pieces = WALTZES * 50 + REELS
    assert [habit.metre for habit in habits_of(pieces)] == ["3/4"]


def test_metres_are_drawn_in_proportion_and_follow_the_seed() -> None:
    drawn = [as_usual(ComposeSettings(seed=seed), HABITS) for seed in range(400)]
    counts = Counter((s.metre, s.tempo, s.program) for s in drawn)
    assert set(counts) == {("3/4", 100.0, 40), ("2/4", 120.0, 110)}
    assert 260 < counts[("3/4", 100.0, 40)] < 340
    assert drawn == [as_usual(ComposeSettings(seed=seed), HABITS) for seed in range(400)]


def test_what_is_asked_for_stays() -> None:
    asked = ComposeSettings(metre="2/4", tempo=77.0, program=3)
    assert as_usual(asked, HABITS) == asked
    assert as_usual(ComposeSettings(metre="2/4"), HABITS).tempo == 120.0
    rare = as_usual(ComposeSettings(metre="7/8"), HABITS)  # sounds as the commonest does
    assert (rare.metre, rare.tempo, rare.program) == ("7/8", 100.0, 40)
    assert as_usual(ComposeSettings(), ()) == ComposeSettings()


def test_a_primer_decides_for_itself() -> None:
    known = Background(habits=HABITS)
    settings = resolved(ComposeSettings(), known, WALTZES[0])
    assert (settings.metre, settings.tempo, settings.program) == (None, None, None)
    assert resolved(ComposeSettings(), known).metre is not None


def test_kept_with_the_run(tmp_path: Path) -> None:
    save_habits(HABITS, tmp_path)
    assert load_habits(tmp_path) == HABITS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "7",
        "[7]",
        '[{"metre": "3/4"}]',
        '[{"metre": "x", "share": 1, "tempo": 9, "program": 0}]',
    ],
)
def test_damaged_habits_are_none(tmp_path: Path, text: str) -> None:
    assert load_habits(tmp_path) == ()
    (tmp_path / FILE).write_text(text)
    assert load_habits(tmp_path) == ()
