"""The docs name files and modules that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.locations import ROOT

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What may stand in backticks: a path of this repo, or a module after `python -m`.
PATH = re.compile(r"`((?:[\w.-]+/)*[\w.-]+(?:\.py|\.js|\.md|/))`")
MODULE = re.compile(r"python -m ((?:musicgen|benchmarks)(?:\.\w+)*)")
MADE_BY_PEOPLE = {"my-midi/", "bin/", "collections/", "runs/", "pieces/"}  # in their own folder


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_paths_and_modules_exist(doc: Path) -> None:
    text = doc.read_text(encoding="utf-8")
    places = (ROOT, ROOT / "musicgen", ROOT / "docs")
    paths = set(PATH.findall(text)) - MADE_BY_PEOPLE
    missing = [path for path in paths if not any((place / path).exists() for place in places)]
    for module in MODULE.findall(text):
        path = ROOT.joinpath(*module.split("."))
        if not (path.is_dir() or path.with_suffix(".py").exists()):
            missing.append(module)
    assert sorted(missing) == []
