"""Paths of the repository and of the corpora beside it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]  # of the repository
CORPORA = ROOT.parent / "shared" / "corpora"  # may be missing: tests that need it skip
