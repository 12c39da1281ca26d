"""The docs name files and modules that exist."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from musicgen.cli import make_parser
from tests.helpers.locations import ROOT

TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
DOCS = [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").glob("*.md"))]
# What may stand in backticks: a path of this repo, or a module after `python -m`.
PATH = re.compile(r"`((?:[\w.-]+/)*[\w.-]+(?:\.py|\.js|\.md|/))`")
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
MODULE = re.compile(r"python -m ((?:musicgen|benchmarks)(?:\.\w+)*)")
MADE_BY_PEOPLE = {
    "my-midi/",
    "bin/",
    "collections/",
    "runs/",
    "pieces/",
    "soundfonts/",
}  # in their own folder


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


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_commands_have_the_options_that_they_are_given(doc: Path) -> None:
    parser = make_parser()
    for block in SHELL.findall(doc.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", "").splitlines():
            if line.startswith("python -m musicgen "):
                arguments = shlex.split(line, comments=True)[3:]
                assert parser.parse_args(arguments), line


def test_the_container_copies_and_runs_what_is_here() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    [copied] = [line.split()[1:-1] for line in lines if line.startswith("COPY requirements")]
    assert all((ROOT / name).is_file() for name in copied)
    [command] = [json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD ")]
    assert command[:2] == ["streamlit", "run"] and (ROOT / command[2]).is_file()


def test_the_workflow_runs_what_a_change_must_pass() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "run: .ci/run" in text and '"3.11", "3.12", "3.13"' in text
