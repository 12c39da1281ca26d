"""Traces of step graphs are kept in the workspace that they were made in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.models.checkpoints.traces import (
    find_trace,
    has_trace,
    stored_trace,
    trace_request,
)
from musicgen.models.settings import CriticSettings, LstmSettings
from tests.helpers.tiny_music import tiny_pieces

SETTINGS = LstmSettings(9, 1)  # of no other test: a process traces a model once


@pytest.mark.keras
def test_a_first_checkpoint_keeps_its_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next training of such a model finds it, and so does an import."""
    from musicgen.models.build import build_model
    from musicgen.models.checkpoints.writer import CheckpointWriter

    def no_process(*_: Any) -> None:
        raise AssertionError("a process traces the model again")

    monkeypatch.setattr("musicgen.models.checkpoints.traces.run_limited", no_process)
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    encoding = NotesEncoding.for_scores(tiny_pieces())
    assert not has_trace(SETTINGS, encoding)
    CheckpointWriter(build_model(SETTINGS, encoding), encoding).write(tmp_path / "c", {})
    trace = find_trace(replace(SETTINGS, dropout=0.5), encoding)
    assert trace.shapes.graphs == ["step.onnx"]
    assert trace.shapes.state == {"h_0": [9], "c_0": [9]}
    # A trace that came with a workspace of somebody else is not used.
    shutil.copytree(tmp_path / "home", tmp_path / "copy")
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "copy"))
    assert stored_trace(SETTINGS, encoding) is None


def test_how_a_critic_is_used_changes_no_trace() -> None:
    encoding = PartsEncoding()
    one = trace_request(CriticSettings(8), encoding)
    assert trace_request(CriticSettings(8, temperature=0.9, exponent=2.0), encoding) == one
    assert trace_request(CriticSettings(9), encoding) != one
    assert trace_request(LstmSettings(8, 1), encoding) != one
