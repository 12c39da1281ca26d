"""Runs are compared where they are validated on the same pieces."""

from __future__ import annotations

import json

from musicgen.training.data.comparable import comparable_groups
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings


def run_validated_on(name: str, pieces: list[str], encoding: str = "events") -> Run:
    run = create_run(RunSettings(name, "tunes", encoding))
    (run.folder / "split.json").write_text(json.dumps({"train": ["z"], "valid": pieces}))
    return run


def test_runs_of_other_pieces_or_encodings_are_apart(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    first = run_validated_on("first", ["a", "b"])
    other = run_validated_on("other", ["a", "c"])
    same = run_validated_on("same", ["b", "a"])
    parts = run_validated_on("parts", ["a", "b"], "parts")
    assert comparable_groups([first, other, same, parts]) == [[first, same], [other], [parts]]


def test_runs_that_have_not_begun_are_compared_by_their_settings(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    one, two = (create_run(RunSettings(name, "tunes")) for name in ("one", "two"))
    three = create_run(RunSettings("three", "songs"))
    (three.folder / "run.json").write_text("[]")  # cannot be read
    assert comparable_groups([one, three, two]) == [[one, two], [three]]
