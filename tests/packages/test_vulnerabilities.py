"""No package that the program uses has a known vulnerability, or it is explained here.

The advisories are those of PyPI. Where they cannot be had (no network, a mirror without them) the
test is skipped and says so: packages without an answer are never taken for sound ones.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

MAX_SECONDS = 300
# Advisories that do not concern this program: number, and why.
EXCEPTIONS: dict[str, str] = {}


def _audit() -> list[dict[str, Any]]:
    """Packages of this environment with their advisories; skips the test where there are none."""
    pytest.importorskip("pip_audit", reason="pip-audit is not installed")
    command = [sys.executable, "-m", "pip_audit", "--local", "--progress-spinner", "off"]
    try:
        answer = subprocess.run(
            [*command, "--format", "json", "--timeout", "10"],
            capture_output=True,
            text=True,
            timeout=MAX_SECONDS,
        )
        packages: list[dict[str, Any]] = json.loads(answer.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        pytest.skip("NOT AUDITED: no advisories can be had here")
    return packages


@pytest.mark.slow
def test_no_package_has_a_known_vulnerability() -> None:
    packages = _audit()
    audited = [package for package in packages if "skip_reason" not in package]
    if not audited:
        pytest.skip(f"NOT AUDITED: the index has no advisories of {len(packages)} packages")
    found = {
        f"{package['name']} {package['version']}: {advisory['id']}"
        for package in audited
        for advisory in package["vulns"]
        if EXCEPTIONS.keys().isdisjoint({advisory["id"], *advisory.get("aliases", ())})
    }
    assert found == set()
