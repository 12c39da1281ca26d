"""The curves of a run as CSV, for spreadsheets and notebooks."""

from __future__ import annotations

import csv
import io
import math

from musicgen.training.run_folder.metrics import Metrics, Table
from musicgen.training.run_folder.run import Run

COLUMNS = ("kind", "epoch", "step", "seconds", "loss", "valid_loss")  # the first ones


def curves_csv(run: Run) -> bytes:
    """All metrics of a run: a row per logged batch (`step`) and epoch; losses in bits a step."""
    metrics = Metrics(run).update()
    tables: dict[str, Table] = {"step": metrics.steps, "epoch": metrics.epochs}
    names = dict.fromkeys(COLUMNS)
    for table in tables.values():
        names |= dict.fromkeys(sorted(table.names()))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(names))
    writer.writeheader()
    for kind, table in tables.items():
        columns = {name: table[name].tolist() for name in table.names()}
        for row in range(len(table)):
            values = {name: column[row] for name, column in columns.items()}
            filled = {name: f"{v:.6g}" for name, v in values.items() if not math.isnan(v)}
            writer.writerow({"kind": kind, **filled})
    return text.getvalue().encode()
