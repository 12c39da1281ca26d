"""Small files that other programs read wrongly, with what is right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_score
from tests.helpers.locations import CORPORA

FOLDER = CORPORA / "cases"
CASES: dict[str, dict[str, Any]] = (
    json.loads((FOLDER / "cases.json").read_text()) if FOLDER.is_dir() else {}
)


@pytest.mark.skipif(not CASES, reason="the folder of cases is not on this computer")
@pytest.mark.parametrize("file", CASES)
def test_a_case_is_read_as_it_should(file: str) -> None:
    case = CASES[file]
    try:
        score = read_score((FOLDER / file).read_bytes(), file)
    except UnreadableScore:
        assert case.get("or_refused"), case["why"]
        return
    grid = score.on_grid()
    seen = {
        "notes": sorted(map(list, grid.notes[["start", "duration", "pitch"]].tolist())),
        "count": len(score),
        "parts": len(set(score.notes["part"].tolist())),
        "metres": [[metre.start, metre.numerator, metre.denominator] for metre in grid.metres],
        "seconds": pytest.approx(score.seconds, abs=1e-3),
        "tempo": score.tempo,
        "first_start": int(grid.notes["start"].min()),
        "programs": sorted(part.program for part in score.parts),
    }
    expected = {key: value for key, value in case.items() if key in seen}
    assert {key: seen[key] for key in expected} == expected, case["why"]
