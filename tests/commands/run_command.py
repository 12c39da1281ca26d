"""Run a command of the command line, in this process or another, and return its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from musicgen.cli import main
from tests.helpers.locations import ROOT


def answer_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """JSON of a command that succeeds in this process."""
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The single line on standard error of a command with bad input, whose status is 2."""
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
    """JSON of a command that succeeds in another process."""
    done = subprocess.run(
        [sys.executable, "-m", "musicgen", *arguments, "--json"],
        cwd=ROOT,
        env=os.environ | dict(environment or {}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
