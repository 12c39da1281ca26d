"""Where the repo and the corpora beside it lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]  # of the repo
CORPORA = ROOT.parent / "shared" / "corpora"  # not everywhere: tests that need it skip
