"""Styles in a run's folder."""

from pathlib import Path

import pytest

from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.saving import FILE, load_styles, save_styles
from musicgen.json_files import InvalidJson

PLAIN = MetreStyle("3/4", 0.75, 100.0, 40)
FULL = MetreStyle(
    metre="2/4",
    share=0.25,
    tempo=120.0,
    program=110,
    pickups={"0.5": 1.0},
    keys={"A- major": 1.0},
    pitch=64.5,
    spread=2.5,
    parts=4,
    counterpoint=1.0,
    span=30,
    silence=2.0,
    forms=("AB", "ABAB"),
)


def test_saved_styles_are_loaded(tmp_path: Path) -> None:
    save_styles((PLAIN, FULL), tmp_path)
    assert load_styles(tmp_path) == (PLAIN, FULL)


def test_a_file_of_an_early_version_is_loaded(tmp_path: Path) -> None:
    text = '[{"metre": "3/4", "share": 0.75, "tempo": 100.0, "program": 40}]'
    (tmp_path / "habits.json").write_text(text)
    assert load_styles(tmp_path) == (PLAIN,)


def test_a_file_of_a_later_version_is_loaded(tmp_path: Path) -> None:
    text = '[{"metre": "3/4", "share": 0.75, "tempo": 100.0, "program": 40, "swing": 0.6}]'
    (tmp_path / FILE).write_text(text)
    assert load_styles(tmp_path) == (PLAIN,)


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
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "pickups": {"x": 1}}]',
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "spread": -1}]',
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "forms": ["A?"]}]',
        '[{"metre": "3/4", "share": 1, "tempo": 90, "program": 0, "silence": 0}]',
        '[{"metre": "3/4", "share": 2, "tempo": 90, "program": 0}]',
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(tmp_path: Path, text: str) -> None:
    assert load_styles(tmp_path) == ()
    (tmp_path / FILE).write_text(text)
    with pytest.raises(InvalidJson, match=r"habits\.json cannot be read"):
        load_styles(tmp_path)
