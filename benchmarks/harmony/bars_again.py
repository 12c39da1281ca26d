"""Bars of one part composed again in held-out pieces: what changes, and how the joins sound.

    python -m benchmarks.harmony.bars_again CHECKPOINT [--pieces 29] [--bars 4] [--seed 0] [--json]

For each part of the test pieces of a collection, bars in the middle of the piece:

- pieces in which a note outside of these bars of this part changed
- intervals over the two joins, from the last note before to the first note after each: the mean
  in semitones, and the share of leaps of more than a fifth, composed beside people's
- figures of `benchmarks/harmony` within the bars, composed beside people's
- seconds for one answer
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.harmony.figures import harmony_figures
from benchmarks.harmony.harmonising import COLUMNS, held_out_pieces
from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import Score
from musicgen.training.run_folder.registry import find_checkpoint

LEAP = 7  # semitones, more than which is a leap


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    options.add_argument("--pieces", type=int, default=29)
    options.add_argument("--bars", type=int, default=4)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = options.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    pieces = held_out_pieces(checkpoint)[: arguments.pieces]
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    results = measure(composer, pieces, arguments.bars, arguments.seed)
    if arguments.json:
        print(json.dumps(results))
        return
    for name, value in results.items():
        print(f"{name:32} {value}")


def measure(composer: Composer, pieces: Sequence[Score], bars: int, seed: int) -> dict[str, Any]:
    """Compose the bars of each part again, and compare with the pieces as they were."""
    seconds, changed = [], 0
    joins: dict[str, list[int]] = {"composed": [], "people": []}
    excerpts: dict[str, list[Score]] = {"composed": [], "people": []}
    for number, score in enumerate(pieces):
        first = (score.bars - bars) // 2
        if first < 1:
            continue
        span = (bar_start(score.metres, at, score.resolution) for at in (first, first + bars))
        start, end = span
        for part in np.unique(score.notes["part"]).tolist():
            settings = ComposeSettings(bars=score.bars, seed=seed + number)
            started = time.perf_counter()
            piece = composer.infill(settings, score, first, first + bars - 1, parts=[part])
            seconds.append(time.perf_counter() - started)
            assert piece is not None
            changed += _outside(score, part, start, end) != _outside(piece.score, part, start, end)
            for name, of_kind in (("composed", piece.score), ("people", score)):
                joins[name] += _joins(of_kind, part, start, end)
                excerpts[name].append(_excerpt(of_kind, start, end))
    results: dict[str, Any] = {"pieces": len(seconds), "changed around the bars": changed}
    results["seconds"] = float(np.median(seconds))
    for name, intervals in joins.items():
        sizes = np.abs(intervals)
        results[f"mean join, {name}"] = float(sizes.mean())
        results[f"leaps at joins, {name}"] = float((sizes > LEAP).mean())
    for name, scores in excerpts.items():
        results[name] = harmony_figures(scores)
    return results


def _excerpt(score: Score, start: int, end: int) -> Score:
    """The notes that begin in a span of ticks, at their times."""
    starts = score.notes["start"]
    return replace(score, notes=score.notes[(starts >= start) & (starts < end)])


def _outside(score: Score, part: int, start: int, end: int) -> list[Any]:
    """The notes that are not of a part's bars."""
    notes = score.notes
    inside = (notes["start"] >= start) & (notes["start"] < end) & (notes["part"] == part)
    return sorted(notes[~inside][[*COLUMNS, "part"]].tolist())


def _joins(score: Score, part: int, start: int, end: int) -> list[int]:
    """Intervals over the joins of a part, in semitones; the highest note of a chord counts."""
    notes = score.notes[score.notes["part"] == part]
    intervals = []
    for tick in (start, end):
        before, after = notes[notes["start"] < tick], notes[notes["start"] >= tick]
        if len(before) and len(after):
            low = before["pitch"][before["start"] == before["start"].max()].max()
            high = after["pitch"][after["start"] == after["start"].min()].max()
            intervals.append(int(high) - int(low))
    return intervals


if __name__ == "__main__":
    main()
