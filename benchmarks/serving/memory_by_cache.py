"""Who holds the memory of the server: each cache by name, filled with the bundled music.

    python -m benchmarks.serving.memory_by_cache [--json]

Resident memory of this process after each is filled, and what Python's own allocations in it are
(tracemalloc): the rest is of libraries, as ONNX Runtime's weights, and of freed pages that the
allocator has not given back. A minute on two cores.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator

import psutil

from benchmarks.shared.options import parse_json_option
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.load import load_collection
from musicgen.paths import PRETRAINED
from musicgen.rendering.pdf.document import pdf_bytes
from musicgen.rendering.svg import score_svgs
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score
from musicgen.statistics.analysis import Analysis
from musicgen.ui.compose import models, piece_cache
from musicgen.ui.compose.checkpoint_cache import CheckpointCache
from musicgen.ui.data import open_collection

PIECES = 8  # whose files are rendered
SETTINGS = ComposeSettings(bars=16, variations=8, seed=1)


def holders() -> Iterator[tuple[str, int, int, Callable[[], object]]]:
    """Name of a cache, entries that it holds at most, entries that are put in, and how."""
    names = [collection.name for collection in bundled_collections()]
    scores: list[Score] = []

    def collections() -> object:
        analyses = [Analysis(load_collection(name)) for name in names]
        for analysis in analyses:
            analysis.precompute()
        scores.extend(analyses[0].scores[:PIECES])
        return analyses

    cache = CheckpointCache(models.MAX_OPEN_MODELS)
    folders = sorted(PRETRAINED.glob("*/checkpoints/best"))
    most, files = piece_cache.MAX_CACHED_FILES, PIECES
    yield "collections, analysed", open_collection.MAX_COLLECTIONS, len(names), collections
    open_most, count = models.MAX_OPEN_MODELS, len(folders)
    yield "checkpoints", open_most, count, lambda: [cache.get(folder) for folder in folders]
    loaded = cache.get(folders[0])
    composer = Composer(loaded.engine, loaded.profile)
    yield "8 pieces of 16 bars, composed", 0, 1, lambda: composer.compose(SETTINGS)
    yield (
        "sound of pieces (WAV)",
        most,
        files,
        lambda: [wav_bytes(score) for score in scores],
    )
    yield "printed pages (SVG)", most, files, lambda: [score_svgs(score) for score in scores]
    yield "PDF files", most, files, lambda: [pdf_bytes(score_svgs(s), s.name) for s in scores]


def measure() -> list[dict[str, object]]:
    """Growth of the memory with each cache, which stays filled."""
    process, filled = psutil.Process(), list[object]()
    rows: list[dict[str, object]] = []
    tracemalloc.start()
    rows.append({"holder": "the program and its libraries", "mib": _mib(process)})
    for name, most, objects, fill in holders():
        before, before_python = _mib(process), tracemalloc.get_traced_memory()[0]
        filled.append(fill())
        gc.collect()
        python = tracemalloc.get_traced_memory()[0] - before_python
        row: dict[str, object] = {"holder": name, "objects": objects, "at_most": most}
        row["mib"] = round(_mib(process) - before, 1)
        row["python_mib"] = round(python / 2**20, 1)
        rows.append(row)
    return rows


def _mib(process: psutil.Process) -> float:
    return round(process.memory_info().rss / 2**20, 1)


def main() -> None:
    as_json = parse_json_option(__doc__)
    rows = measure()
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        held = f"{row['objects']} of {row['at_most']}" if "objects" in row else ""
        print(f"{row['holder']:48} {held:>10} {row['mib']:>8} {row.get('python_mib', ''):>8}")


if __name__ == "__main__":
    main()
