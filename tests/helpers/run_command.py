"""Commands as a test gives them, and what they answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from musicgen.cli import main
from tests.helpers.locations import ROOT


def answer_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The JSON of a command that ends well, run in this process."""
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def trained_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """As `answer_of`, for `train`, which takes Ctrl-C for itself until its process ends.

    TensorFlow and the step graphs of a model are then there for the next training.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return answer_of(capsys, "train", *arguments)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def refusal_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on standard error that bad input gets, with exit status 2."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    printed = capsys.readouterr()
    assert (status, printed.out) == (2, "")
    assert printed.err.endswith("\n") and printed.err.count("\n") == 1
    assert "Traceback" not in printed.err
    return printed.err


def run_command(*arguments: str, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON of a command that ends well, in a process of its own, as trainings have to be."""
    done = subprocess.run(
        [sys.executable, "-m", "musicgen", *arguments, "--json"],
        cwd=ROOT,
        env=os.environ | dict(environment or {}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
