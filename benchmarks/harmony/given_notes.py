"""Given notes that come out changed, over pieces of all kinds: there must be none.

    python -m benchmarks.harmony.given_notes CHECKPOINT [FOLDER ...] [--pieces 500] [--bars 40]

Pieces are those of the checkpoint's collection and of folders of MIDI files, as they are and
played off the grid. One part, some, or all but one are given; or all but some bars of some parts.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.harmony.harmonising import COLUMNS
from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import Score
from musicgen.theory.chosen_parts import only_parts
from musicgen.training.run_folder.registry import find_checkpoint

KINDS = ("one part", "some parts", "all but one", "bars of some parts")


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    options.add_argument("folders", nargs="*", help="other music")
    options.add_argument("--pieces", type=int, default=500)
    options.add_argument("--bars", type=int, default=40, help="at which longer pieces are cut")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = options.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    collections = [checkpoint.facts["source"], *(str(Path(folder)) for folder in arguments.folders)]
    rng = np.random.default_rng(arguments.seed)
    tried, changed = Counter[str](), Counter[str]()
    for score in _random_pieces(collections, arguments.pieces, arguments.bars, rng):
        kind = KINDS[int(rng.integers(len(KINDS)))]
        tried[kind] += 1
        changed[kind] += not _stays(composer, score, kind, rng)
    results = {kind: {"pieces": tried[kind], "changed": changed[kind]} for kind in KINDS}
    if arguments.json:
        print(json.dumps(results))
        return
    for kind, counts in results.items():
        print(f"{kind:20} {counts['pieces']:4} pieces, {counts['changed']} changed")


def _random_pieces(
    collections: Sequence[str], count: int, max_bars: int, rng: np.random.Generator
) -> Iterator[Score]:
    """Pieces with two parts or more, from one source after the other; half are off the grid."""
    pieces = [
        _usable(_cut(score, max_bars) for score in load_collection(source).scores)
        for source in collections
    ]
    for source, of_source in zip(collections, pieces, strict=True):
        if not of_source:
            raise SystemExit(f"{source} has no piece with beats and several parts")
    for number in range(count):
        of_source = pieces[number % len(pieces)]
        score = of_source[int(rng.integers(len(of_source)))]
        yield _off_the_grid(score, rng) if rng.random() < 0.5 else score


def _cut(score: Score, max_bars: int) -> Score:
    return score.until(bar_start(score.metres, min(max_bars, score.bars), score.resolution))


def _usable(scores: Iterable[Score]) -> list[Score]:
    """Pieces with beats and several parts with notes."""
    return [
        score
        for score in scores
        if not score.is_performance and len(np.unique(score.notes["part"])) > 1
    ]


def _off_the_grid(score: Score, rng: np.random.Generator) -> Score:
    """The score as somebody might play it, up to a 40th of a quarter early or late."""
    fine = score.at_resolution(960 if 960 % score.resolution == 0 else 20 * score.resolution)
    notes = fine.notes.copy()
    late = rng.integers(-fine.resolution // 40, fine.resolution // 40 + 1, len(notes))
    notes["start"] = np.maximum(notes["start"] + late, 0)
    return fine.with_notes(notes)


def _stays(composer: Composer, score: Score, kind: str, rng: np.random.Generator) -> bool:
    """Whether all that is given of a piece comes out to the note."""
    used = np.unique(score.notes["part"])
    seed = int(rng.integers(1000))
    if kind == "bars of some parts":
        parts = rng.choice(used, int(rng.integers(1, len(used))), replace=False).tolist()
        first = int(rng.integers(score.bars))
        last = min(first + int(rng.integers(4)), score.bars - 1)
        settings = ComposeSettings(seed=seed, bars=score.bars)
        piece = composer.infill(settings, score, first, last, parts=parts)
        assert piece is not None
        span = [bar_start(score.metres, at, score.resolution) for at in (first, last + 1)]
        start, end = span
        before, after = (
            _outside(of, parts, start, end, score.resolution) for of in (score, piece.score)
        )
        return before == after
    count = {"one part": 1, "all but one": len(used) - 1}.get(kind, int(rng.integers(1, len(used))))
    given = only_parts(score, rng.choice(used, count, replace=False).tolist())
    [piece] = composer.accompany(ComposeSettings(seed=seed), given)
    composed = piece.score.at_resolution(given.resolution).notes
    by_part = [_rows(composed[composed["part"] == part]) for part in range(len(piece.score.parts))]
    parts = np.unique(given.notes["part"])
    return all(_rows(given.notes[given.notes["part"] == part]) in by_part for part in parts)


def _outside(
    score: Score, parts: Sequence[int], start: int, end: int, resolution: int
) -> list[tuple[int, ...]]:
    """The notes that are not of bars of parts, but for a 40th of a quarter around the bar lines."""
    notes = score.at_resolution(resolution).notes
    margin = resolution // 20
    near = (notes["start"] >= start - margin) & (notes["start"] < end + margin)
    return _rows(notes[~(near & np.isin(notes["part"], parts))], part=True)


def _rows(notes: np.ndarray, part: bool = False) -> list[tuple[int, ...]]:
    columns = [*COLUMNS, "part"] if part else COLUMNS
    return sorted(notes[columns].tolist())


if __name__ == "__main__":
    main()
