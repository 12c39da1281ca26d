"""Barriers that axe-core finds in a page: for people who see little, or use keys or a reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")

SCRIPT = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
_RUN = "() => axe.run(document, {resultTypes: ['violations']})"
HARMFUL = ("serious", "critical")


def serious_barriers(page: Any) -> list[str]:
    """Return the serious and critical findings: their rule, the element, and what is wrong."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT)
    found = page.evaluate(_RUN)["violations"]
    return [
        f"{barrier['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for barrier in found
        if barrier["impact"] in HARMFUL
        for node in barrier["nodes"]
    ]
