"""Errors of the rule that distinguishes performances from scores on the beat.

    python -m benchmarks.reading.performances [--folder NAME=FOLDER …] [--json]

Pieces: the bundled collections, and the MIDI files of folders (a zip is one too). Each is judged
as it is and with its onsets moved by normal errors of 5, 10 and 15 ms (on the beat); then as a
performance of itself: its time is stretched by a random tempo, which wanders slowly within 20 % of
the score's, and its onsets are moved by 0, 15 and 30 ms; it is written at 120 with 220, 384, 480
and 960 ticks per quarter. Prints the share of wrong verdicts among pieces of 20 and more notes, and
milliseconds for a piece of 1,000 notes. A minute on one core.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from musicgen.corpus.load import load_collection
from musicgen.corpus.performance import MIN_NOTES, is_performed
from musicgen.score import Score

BUNDLED = ("bach-chorales", "ryans-mammoth", "string-quartets")
BEAT_ERRORS_MS = (0, 5, 10, 15)
PLAYED_ERRORS_MS = (0, 15, 30)
RESOLUTIONS = (220, 384, 480, 960)  # ticks per quarter of the written performances
WANDERING = 0.2  # largest deviation of the tempo from the score's
WANDERING_SECONDS = 4.0  # time in which the tempo forgets where it was
STEP_SECONDS = 0.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    places = {name: name for name in BUNDLED}
    places |= dict(text.split("=", 1) for text in arguments.folder)
    results = {name: measure(load_collection(source).scores) for name, source in places.items()}
    results["time"] = {"milliseconds for 1,000 notes": _milliseconds()}
    if arguments.json:
        print(json.dumps(results))
        return
    for name, values in results.items():
        print(name)
        for kind, value in values.items():
            print(f"  {kind:52} {value:10,.3f}")


def measure(scores: tuple[Score, ...]) -> dict[str, float]:
    """Number of pieces, and percent of wrong verdicts of each kind."""
    rng = np.random.default_rng(0)
    scores = tuple(score for score in scores if len(score) >= MIN_NOTES)
    results: dict[str, float] = {"pieces": len(scores)}
    for error in BEAT_ERRORS_MS:
        verdicts = [is_performed(_humanised(score, error, rng)) for score in scores]
        results[f"on the beat, errors of {error} ms: % wrong"] = 100 * float(np.mean(verdicts))
    for error in PLAYED_ERRORS_MS:
        verdicts = [not is_performed(played) for played in _all_played(scores, error, rng)]
        results[f"performed, errors of {error} ms: % wrong"] = 100 * float(np.mean(verdicts))
    rubato = [not is_performed(_played(_at_120(score), 0, 480, rng)) for score in scores]
    results["performed around 120, no errors: % wrong"] = 100 * float(np.mean(rubato))
    return results


def _humanised(score: Score, error_ms: float, rng: np.random.Generator) -> Score:
    """The score with its onsets moved, on a clock of 960 ticks per quarter."""
    score = score.at_resolution(960)
    ticks_per_second = score.mean_tempo / 60 * score.resolution
    notes = score.notes.copy()
    shifted = notes["start"] + rng.normal(size=len(notes)) * error_ms / 1000 * ticks_per_second
    notes["start"] = np.rint(shifted).clip(0)
    return replace(score, notes=notes)


def _all_played(
    scores: tuple[Score, ...], error_ms: float, rng: np.random.Generator
) -> Iterator[Score]:
    for score in scores:
        for resolution in RESOLUTIONS:
            yield _played(score, error_ms, resolution, rng)


def _played(score: Score, error_ms: float, resolution: int, rng: np.random.Generator) -> Score:
    """The score as a player might play it, written at 120 whatever its tempo is."""
    starts = score.seconds_at(score.notes["start"])  # (N,)
    steps = int(score.seconds / STEP_SECONDS) + 2
    keep = np.exp(-STEP_SECONDS / WANDERING_SECONDS)
    changes = rng.normal(size=steps) * np.sqrt(1 - keep**2)
    tempo = np.zeros(steps)
    for i in range(1, steps):
        tempo[i] = keep * tempo[i - 1] + changes[i]
    lengths = (1 + (tempo * WANDERING / 2).clip(-WANDERING, WANDERING)) * STEP_SECONDS
    played = np.concatenate([[0.0], np.cumsum(lengths)])
    times = np.interp(starts, np.arange(steps + 1) * STEP_SECONDS, played)
    times += rng.normal(size=len(times)) * error_ms / 1000
    notes = score.notes.copy()
    notes["start"] = np.rint(times.clip(0) * 2 * resolution)
    return Score(notes, 120.0, parts=score.parts, resolution=resolution)


def _at_120(score: Score) -> Score:
    """The score at 120 throughout, so that a performance of it hovers around the file's beats."""
    return replace(score, tempo=120.0, tempo_changes=())


def _milliseconds() -> float:
    rng = np.random.default_rng(0)
    score = load_collection(BUNDLED[0]).scores[0]
    notes = np.resize(score.notes, 1000)
    notes["start"] = np.sort(rng.integers(0, 200_000, len(notes)))
    score = Score(notes, resolution=480, parts=score.parts)
    started = time.perf_counter()
    for _ in range(1000):
        is_performed(score)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
