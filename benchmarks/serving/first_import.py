"""Time of the first import of a run of an architecture: its step graphs are traced in a process.

    python -m benchmarks.serving.first_import [--json]

Seconds by the clock, and processor time, which others on the computer change less. The settings
and encodings are those of the models that come with the program; the second time is that of the
next import, whose graphs are in the workspace.
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
import time

from benchmarks.shared.options import parse_json_option
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.checkpoints.traces import find_trace
from musicgen.paths import PRETRAINED


def measure() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for folder in sorted(PRETRAINED.glob("*/checkpoints/best")):
        checkpoint = open_checkpoint(folder)
        with tempfile.TemporaryDirectory() as home:
            os.environ["MUSICGEN_HOME"] = home
            times = [_seconds(checkpoint.model, checkpoint.encoding) for _ in range(2)]
        (first, cpu), (second, _) = times
        name, encoding = folder.parent.parent.name, checkpoint.encoding.name
        names = {"model": name, "encoding": encoding}
        rows.append({**names, "first": first, "cpu": cpu, "next": second})
    return rows


def _seconds(*model: object) -> tuple[float, float]:
    """Seconds of finding a trace: by the clock, and of processors, with those of processes."""
    started, before = time.perf_counter(), _cpu_seconds()
    find_trace(*model)  # type: ignore[arg-type]
    return round(time.perf_counter() - started, 2), round(_cpu_seconds() - before, 2)


def _cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    as_json = parse_json_option(__doc__)
    rows = measure()
    if as_json:
        print(json.dumps(rows))
        return
    print(f"{'model':12} {'encoding':10} {'first':>8} {'cpu':>8} {'next':>8}")
    for row in rows:
        values = " ".join(f"{row[key]:8}" for key in ("first", "cpu", "next"))
        print(f"{row['model']:12} {row['encoding']:10} {values}")


if __name__ == "__main__":
    main()
