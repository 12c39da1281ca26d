"""Styles in a run's folder."""

from dataclasses import replace
from pathlib import Path

import pytest

from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.saving import FILE, load_styles, save_styles
from musicgen.encoding.parts.roles import Ensemble, Role
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
DUET = Ensemble((Role(42, register=48, name="Cello"), Role(is_drum=True, register=38)), key=14)
METRES = ("4/4", "3/4")
OF_PARTS = MetreStyle("4/4", 1.0, 90.0, None, ensembles=(DUET, Ensemble()))


def test_saved_styles_are_loaded(tmp_path: Path) -> None:
    save_styles((PLAIN, FULL), tmp_path)
    assert load_styles(tmp_path) == (PLAIN, FULL)


def test_saved_ensembles_are_loaded(tmp_path: Path) -> None:
    assert save_styles((OF_PARTS,), tmp_path) == load_styles(tmp_path) == (OF_PARTS,)


def test_large_styles_are_saved_with_fewer_ensembles(tmp_path: Path) -> None:
    roles = tuple(Role(register=register, name="\U0001d11e" * 100) for register in range(16))
    styles = [
        replace(OF_PARTS, metre=metre, ensembles=(Ensemble(roles),) * 256) for metre in METRES
    ]
    saved = save_styles(styles, tmp_path)
    assert load_styles(tmp_path) == saved
    for style in saved:
        assert len(style.ensembles) > 8 and len(style.ensembles[0].roles) == 16
        assert style.ensembles[0].roles[0].name == "\U0001d11e" * 64


def test_a_file_of_an_early_version_is_loaded(tmp_path: Path) -> None:
    text = '[{"metre": "3/4", "share": 0.75, "tempo": 100.0, "program": 40}]'
    (tmp_path / "habits.json").write_text(text)
    assert load_styles(tmp_path) == (PLAIN,)


def test_a_file_of_a_later_version_is_loaded(tmp_path: Path) -> None:
    text = '[{"metre": "3/4", "share": 0.75, "tempo": 100.0, "program": 40, "swing": 0.6}]'
    (tmp_path / FILE).write_text(text)
    assert load_styles(tmp_path) == (PLAIN,)


def _of_parts(ensembles: str) -> str:
    style = '{"metre": "4/4", "share": 1, "tempo": 90, "program": null'
    return f'[{style}, "ensembles": [{ensembles}]}}]'


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
        _of_parts('{"roles": [{"program": 128}]}'),
        _of_parts('{"roles": [{"register": -1}]}'),
        _of_parts('{"roles": [{"register": 1e9}]}'),
        _of_parts('{"roles": [{"name": 7}]}'),
        _of_parts('{"roles": [{"name": "\\ud800"}]}'),
        _of_parts('{"roles": []}'),
        _of_parts('{"key": 25}'),
        _of_parts('{"key": null}'),
        _of_parts('{"roles": [' + ", ".join(["{}"] * 17) + "]}"),
        _of_parts(", ".join(["{}"] * 257)),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(tmp_path: Path, text: str) -> None:
    assert load_styles(tmp_path) == ()
    (tmp_path / FILE).write_text(text)
    with pytest.raises(InvalidJson, match=r"habits\.json cannot be read"):
        load_styles(tmp_path)
