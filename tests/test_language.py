"""The words of the project: identifiers that the field has a better name for are not used.

Each word stands for an exact name, or for a part of a name in snake_case or CamelCase.
"""

from __future__ import annotations

import io
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

from tests.helpers.locations import ROOT

# No name is one of these, nor has one as a part.
WORDS = frozenset(
    """
    ear ears senses hear hears heard hearing listen tell tells told heed heeds asks likes wants
    widen narrow thought barred trust watches watcher wish wishes moment chances uniforms echo
    echoes recall recalled recalls habit habits usual collapse collapsed judged strangeness singing
    stretch grams shelf placing glance conclusion conclude outlook outline desk stage refill acting
    linked slim packing studio
    """.split()
)
# No name is one of these; they may be parts of names.
NAMES = frozenset(
    """
    ask asked turned _asked _turned _barred _Channel numbers older moved moved_on around playable
    Memory LstmMemory TransformerMemory look looked Watch Writing rewrite entries sources reference
    Reference Background pointers cards kept paper counted look_after transitions watches_for
    WISH as_usual usual_key
    """.split()
)
# Words of the field in some places and coined in others.
IN_MODELS = frozenset("memory compare relative".split())

FOLDERS = ("musicgen", "pages", "benchmarks", "tests")


@cache
def _parts(name: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def _coined(path: Path) -> list[str]:
    """Names of a file that the field has a better word for, with their lines."""
    names = NAMES | IN_MODELS if "models" in path.parts else NAMES
    reader = io.StringIO(path.read_text(encoding="utf-8")).readline
    return [
        f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string}"
        for token in tokenize.generate_tokens(reader)
        if token.type == tokenize.NAME
        and (token.string in names or not WORDS.isdisjoint(_parts(token.string)))
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_names_are_those_of_the_field(folder: str) -> None:
    paths = sorted((ROOT / folder).rglob("*.py"))
    coined = [line for path in paths if path != Path(__file__) for line in _coined(path)]
    coined += [str(path) for path in paths if path.stem in WORDS | NAMES]
    assert coined == []


if __name__ == "__main__":  # `python -m tests.test_language FOLDER`: what is left to rename
    import sys

    for place in sys.argv[1:] or FOLDERS:
        for path in sorted((ROOT / place).rglob("*.py")):
            print(*_coined(path), sep="\n", end="\n" if _coined(path) else "")
