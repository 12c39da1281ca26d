"""Folders, modules and functions stay small enough to be read at once."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from tests.helpers.locations import ROOT

MAX_MODULES = 15  # of a folder
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 40
FOLDERS = ("musicgen", "pages", "benchmarks", "tests")


def _modules() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def test_folders_hold_few_modules() -> None:
    counts = Counter(path.parent for path in _modules() if path.name != "__init__.py")
    full = {str(folder): count for folder, count in counts.items() if count > MAX_MODULES}
    assert full == {}


def test_modules_are_short() -> None:
    lengths = {str(path): len(path.read_text().splitlines()) for path in _modules()}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_MODULE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{path}: {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


def test_folders_say_what_they_hold() -> None:
    packages = sorted((ROOT / "musicgen").rglob("__init__.py"))
    assert [
        str(path) for path in packages if not ast.get_docstring(ast.parse(path.read_text()))
    ] == []
