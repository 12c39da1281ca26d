"""What a collection decides for pieces that begin from nothing."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from musicgen.composing.pipeline import resolve_settings
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.measuring import measure_styles
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.sampling import with_style_defaults
from musicgen.composing.style.saving import FILE, load_styles, save_styles
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.score import Metre, Score, notes_from
from tests.helpers.compose_settings import plain_settings


def _piece(metre: Metre, tempo: float, program: int) -> Score:
    return Score(notes_from([(0, 24, 60, 80, program)] * 4), tempo, (metre,))


WALTZES = [_piece(Metre(0, 3, 4), tempo, 40) for tempo in (90.0, 100.0, 150.0)]
REELS = [_piece(Metre(0, 2, 4), 120.0, 110)]
STYLES = (MetreStyle("3/4", 0.75, 100.0, 40), MetreStyle("2/4", 0.25, 120.0, 110))
UPBEAT = (Metre(0, 1, 8), Metre(12, 3, 4))


def test_habits_of_a_collection() -> None:
    found = measure_styles([*WALTZES, *REELS, Score()])
    assert [(h.metre, h.share, h.tempo, h.program) for h in found] == [
        ("3/4", 0.75, 100.0, 40),
        ("2/4", 0.25, 120.0, 110),
    ]
    assert measure_styles([]) == ()


def test_upbeats_keys_and_parts_of_a_collection() -> None:
    tune = [(24 * n, 24, pitch) for n, pitch in enumerate((67, 72, 76, 79, 72, 71, 72))]
    low = [(0, 24, 52, 80, 0, 1)]
    with_upbeat, without = (
        Score(notes_from([*tune, *low]), 100.0, metres) for metres in (UPBEAT, (Metre(0, 3, 4),))
    )
    [style] = measure_styles([with_upbeat, without, without, without.transposed(2)])
    assert style.pickups == {"0": 0.75, "0.5": 0.25}
    assert style.keys == {"C major": 0.75, "D major": 0.25}
    assert style.parts == 2
    assert round(style.pitch, 3) == round(float(without.notes["pitch"].mean()) + 0.5, 3)
    assert round(style.spread, 3) == 0.866


def test_range_rests_and_forms_of_a_collection() -> None:
    low, high = ([(0, 12, 60), (24, 12, 60 + up), (36, 1, 60)] for up in (4, 12))
    again = [(at + 72, long, pitch) for at, long, pitch in low]
    tunes = [Score(notes_from(notes), 100.0, (Metre(0, 3, 4),)) for notes in (low + again, high)]
    [style] = measure_styles([*tunes, tunes[1], tunes[1]])
    assert style.span == 12
    assert style.silence == 1.401  # 35 ticks in one of four pieces, else 12: the 98th %
    assert style.forms == ("AA", "A", "A", "A")
    assert {h.silence for h in measure_styles(WALTZES)} == {1.0}  # none, and that is the least


def test_a_form_is_drawn_and_cut() -> None:
    styles = (MetreStyle("3/4", 1.0, 100.0, 40, forms=("ABAB", "ABCA"), span=20, silence=1.0),)
    drawn = [with_style_defaults(ComposeSettings(bars=3, seed=seed), styles) for seed in range(100)]
    counts = Counter(s.form for s in drawn)
    assert set(counts) == {"ABA", "ABC"} and 30 < counts["ABA"] < 70
    assert {(s.span, s.silence) for s in drawn} == {(20, 1.0)}
    assert with_style_defaults(ComposeSettings(bars=9), styles).form in ("ABAB", "ABCA")
    assert with_style_defaults(ComposeSettings(form="AAA"), styles).form == "AAA"
    old = with_style_defaults(plain_settings(), styles)
    assert (old.form, old.span, old.silence) == ("", 0, 16.0)
    assert with_style_defaults(ComposeSettings(metre="5/4"), styles).form == ""
    assert (
        with_style_defaults(ComposeSettings(), ()).form
        == resolve_settings(ComposeSettings(), TrainingProfile(), WALTZES[0]).form
        == ""
    )


def test_upbeats_are_drawn_in_proportion_and_only_where_they_are_left_open() -> None:
    styles = (MetreStyle("3/4", 1.0, 100.0, 40, pickups={"0": 0.25, "1": 0.75}, parts=4),)
    drawn = [with_style_defaults(ComposeSettings(seed=seed), styles) for seed in range(400)]
    counts = Counter(s.pickup for s in drawn)
    assert set(counts) == {0.0, 1.0} and 260 < counts[1.0] < 340
    assert {s.parts for s in drawn} == {4}
    assert drawn == [
        with_style_defaults(settings, styles) for settings in drawn
    ]  # nothing is left open
    assert with_style_defaults(plain_settings(), styles).pickup == 0.0
    assert with_style_defaults(ComposeSettings(metre="5/4"), styles).pickup == 0.0
    assert with_style_defaults(ComposeSettings(), ()).pickup == 0.0


def test_rare_metres_are_left_out() -> None:
    pieces = WALTZES * 50 + REELS
    assert [style.metre for style in measure_styles(pieces)] == ["3/4"]


def test_metres_are_drawn_in_proportion_and_follow_the_seed() -> None:
    drawn = [with_style_defaults(plain_settings(seed=seed), STYLES) for seed in range(400)]
    counts = Counter((s.metre, s.tempo, s.program) for s in drawn)
    assert set(counts) == {("3/4", 100.0, 40), ("2/4", 120.0, 110)}
    assert 260 < counts[("3/4", 100.0, 40)] < 340
    assert drawn == [with_style_defaults(plain_settings(seed=seed), STYLES) for seed in range(400)]


def test_what_is_asked_for_stays() -> None:
    asked = plain_settings(metre="2/4", tempo=77.0, program=3)
    assert with_style_defaults(asked, STYLES) == asked
    assert with_style_defaults(plain_settings(metre="2/4"), STYLES).tempo == 120.0
    rare = with_style_defaults(plain_settings(metre="7/8"), STYLES)  # sounds as the commonest does
    assert (rare.metre, rare.tempo, rare.program) == ("7/8", 100.0, 40)
    assert with_style_defaults(plain_settings(), ()) == plain_settings()


def test_a_primer_decides_for_itself() -> None:
    known = TrainingProfile(styles=STYLES)
    settings = resolve_settings(plain_settings(), known, WALTZES[0])
    assert (settings.metre, settings.tempo, settings.program) == (None, None, None)
    assert resolve_settings(plain_settings(), known).metre is not None
    usual = TrainingProfile(styles=(replace(STYLES[0], pickups={"1": 1.0}, parts=4),))
    goes_on = resolve_settings(ComposeSettings(), usual, WALTZES[0])
    assert (goes_on.pickup, goes_on.transpose, goes_on.parts) == (0.0, 0, 4)


def test_kept_with_the_run(tmp_path: Path) -> None:
    save_styles(STYLES, tmp_path)
    assert load_styles(tmp_path) == STYLES
    full = (
        replace(STYLES[0], pickups={"0.5": 1.0}, keys={"A- major": 1.0}, parts=4, forms=("AB",)),
    )
    save_styles(full, tmp_path)
    assert load_styles(tmp_path) == full


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "7",
        "[7]",
        '[{"metre": "3/4"}]',
        '[{"metre": "x", "share": 1, "tempo": 9, "program": 0}]',
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "keys": {"H major": 1}}]',
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "pickups": {"3": 1}}]',
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "spread": -1}]',
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "forms": ["A?"]}]',
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "silence": 0}]',
    ],
)
def test_damaged_habits_are_none(tmp_path: Path, text: str) -> None:
    assert load_styles(tmp_path) == ()
    (tmp_path / FILE).write_text(text)
    assert load_styles(tmp_path) == ()
