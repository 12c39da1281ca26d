"""Harmony of composed pieces beside that of a collection.

    python -m benchmarks.harmony CHECKPOINT [--pieces 300] [--seed 5000] [--folder MIDI_FOLDER]
                                 [--source SOURCE] [--json]

Composes pieces with the default settings, or reads those of a folder, and prints each figure of
`benchmarks/harmony/figures.py`, which defines them, for them, for the collection's held-out pieces
and for all its pieces. All are compared as the model's encoding represents them, but for the part
crossings: these need the parts. Four minutes for 300 chorales on one core.
"""

from __future__ import annotations

import json
import math

from benchmarks.harmony.figures import FIGURES, crossing_figure, harmony_figures
from benchmarks.shared.pieces import ComparedPieces, comparison_options


def main() -> None:
    arguments = comparison_options(__doc__ or "").parse_args()
    pieces = ComparedPieces.of(arguments)
    of_people = crossing_figure(pieces.originals)
    results = {
        "composed": harmony_figures(pieces.composed_as_people) | crossing_figure(pieces.composed),
        "held-out": harmony_figures(pieces.people.held_out) | of_people,
        "all": harmony_figures(pieces.people.all) | of_people,
    }
    if arguments.json:
        print(json.dumps({side: _finite(figures) for side, figures in results.items()}))
    else:
        print(table(results))


def table(results: dict[str, dict[str, float]]) -> str:
    """The figures as text, a row for each, with the composed as a share of all."""
    lines = [f"{'':24}" + "".join(f"{side:>10}" for side in results) + f"{'composed/all':>14}"]
    for name in FIGURES:
        values = [figures[name] for figures in results.values()]
        share = values[0] / values[-1] if values[-1] else math.nan
        lines.append(f"{name:24}" + "".join(f"{v:10.3f}" for v in values) + f"{share:14.2f}")
    return "\n".join(lines)


def _finite(figures: dict[str, float]) -> dict[str, float | None]:
    """JSON has no NaN."""
    return {name: value if math.isfinite(value) else None for name, value in figures.items()}


if __name__ == "__main__":
    main()
