from dataclasses import replace

from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from musicgen.statistics.note_differences import note_differences
from musicgen.ui.compose.history.differences import differences_text
from tests.helpers.bands import performance_score

SCALE = Score(notes_from([(24 * n, 24, 60 + n) for n in range(40)]), parts=(Part("Piano"),))


def text(first: Score, second: Score) -> str:
    return differences_text(first, second, note_differences(first, second))


def edited(*rows: tuple[int, ...]) -> Score:
    """The scale with rows of notes instead of those of its bars 3, 5 and 6."""
    starts = SCALE.notes["start"]
    unchanged = SCALE.notes[(starts < 192) | ((starts >= 288) & (starts < 384)) | (starts >= 576)]
    return replace(SCALE, notes=notes_from([*unchanged.tolist(), *rows]))


def test_counts_of_notes_and_the_bars_are_said() -> None:
    rows = [(192, 24, 70), (216, 12, 69), (240, 24, 70), (264, 24, 71, 90)]
    assert text(SCALE, edited(*rows)) == (
        "From 1 to 2: 29 notes the same, 3 changed (1 in length, 1 in pitch, 1 in velocity), "
        "8 removed, 0 added. They differ in bars 3 and 5 to 6."
    )


def test_a_single_bar_is_named() -> None:
    added = replace(SCALE, notes=notes_from([*SCALE.notes.tolist(), (96, 24, 40)]))
    assert text(SCALE, added) == (
        "From 1 to 2: 40 notes the same, 0 removed, 1 added. They differ in bar 2."
    )


def test_an_upbeat_is_named() -> None:
    metres = (Metre(0, 1, 4), Metre(24, 4, 4))
    first = replace(SCALE, metres=metres)
    second = replace(first, notes=SCALE.notes[1:])
    assert text(first, second).endswith("They differ in the upbeat.")


def test_what_differs_beside_the_notes_is_said() -> None:
    other = replace(SCALE, tempo=90.0, metres=(Metre(0, 3, 4),))
    assert text(SCALE, SCALE) == "All notes are the same."
    assert text(SCALE, other) == "All notes are the same. Also different: tempo, metre."


def test_performances_have_no_bars() -> None:
    score = performance_score(10)
    fewer = replace(score, notes=score.notes[:-1])
    assert (
        text(score, fewer) == f"From 1 to 2: {len(score) - 1} notes the same, 1 removed, 0 added."
    )
