"""Speed and recall of the search for copied passages.

    python -m benchmarks.originality [--notes 100000 10000000] [--json]

The training pieces are those of the bundled collections, repeated up to the number of notes, with
a tenth of the notes of the repetitions changed, so that the index has near-copies of everything.
Prints notes per second of building the index, milliseconds of a report on a 500-note piece and of
one step of the guard, and how many of 100 planted copies (40 notes of a training piece, 5
semitones up) are matched to the note. Two minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence

import numpy as np

from musicgen.composing.constraints.copy_guard import CopyGuard
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.report import originality
from musicgen.corpus.load import load_collection
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.grid import KEYS
from musicgen.score import Score, without_overlaps

COLLECTIONS = ("bach-chorales", "ryans-mammoth")
PIECE_NOTES, PLANTED_NOTES, SEMITONES = 500, 40, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--notes", type=int, nargs="+", default=[100_000, 10_000_000])
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    pieces = [score for name in COLLECTIONS for score in load_collection(name).scores]
    pieces = [EventsEncoding().canonical(score) for score in pieces if len(score) > PLANTED_NOTES]
    results = {f"{notes:,} notes": measure(pieces, notes) for notes in arguments.notes}
    if arguments.json:
        print(json.dumps(results))
        return
    for size, values in results.items():
        print(size)
        for name, value in values.items():
            print(f"  {name:45} {value:14,.3f}")


def measure(pieces: Sequence[Score], notes: int) -> dict[str, float]:
    training = _training(pieces, notes)
    total = sum(map(len, training))
    started = time.perf_counter()
    index = OriginalityIndex.build(training)
    index.ngrams(7)
    seconds = time.perf_counter() - started
    piece = _joined(training[7 : 7 + 20], PIECE_NOTES)
    times = [_seconds_of_report(piece, index) for _ in range(5)]
    return {
        "notes": total,
        "built, notes a second": total / seconds,
        "report on 500 notes, all copied, ms": min(times) * 1e3,
        "report on 500 new notes, ms": _seconds_of_report(_shuffled(piece), index) * 1e3,
        "one step of the guard, 8 variations, ms": _guard_step(piece, index) * 1e3,
        "planted copies found to the note, of 100": _planted(training, index),
    }


def _training(pieces: Sequence[Score], notes: int) -> list[Score]:
    """Pieces with a number of notes in all; repetitions have a tenth of their notes changed."""
    rng, training, count = np.random.default_rng(0), [], 0
    first_round = sum(map(len, pieces))
    while count < notes:
        for number, score in enumerate(pieces):
            if count >= notes:
                break
            table = score.notes.copy()
            if count >= first_round:
                changed = rng.random(len(table)) < 0.1
                table["pitch"][changed] = rng.integers(40, 90, changed.sum())
                table = without_overlaps(table)
            training.append(Score(table, score.tempo, score.metres, f"{score.name} {number}"))
            count += len(table)
    return training


def _joined(pieces: Sequence[Score], notes: int) -> Score:
    """The first notes of the concatenated pieces."""
    tables, at = [], 0
    for score in pieces:
        table = score.notes.copy()
        table["start"] += at
        tables.append(table)
        at = int((table["start"] + table["duration"]).max())
    return Score(np.concatenate(tables)[:notes])


def _shuffled(piece: Score) -> Score:
    """The same notes with their pitches in another order."""
    table = piece.notes.copy()
    table["pitch"] = np.random.default_rng(1).permutation(table["pitch"])
    return Score(without_overlaps(table))


def _seconds_of_report(piece: Score, index: OriginalityIndex) -> float:
    started = time.perf_counter()
    originality(piece, index)
    return time.perf_counter() - started


def _guard_step(piece: Score, index: OriginalityIndex) -> float:
    """Seconds per step of the guard on eight variations that copy a piece."""
    steps = EventsEncoding().encode(piece).fields
    guard = CopyGuard(index, 12, 8, np.ones(KEYS, bool))
    started = time.perf_counter()
    for fields in steps:
        guard.push(np.tile(fields, (8, 1)))
    return (time.perf_counter() - started) / len(steps)


def _planted(training: Sequence[Score], index: OriginalityIndex) -> int:
    """How many of 100 planted copies are matched to the note."""
    rng, hits = np.random.default_rng(2), 0
    for _ in range(100):
        source = training[int(rng.integers(len(training)))]
        first = int(rng.integers(len(source) - PLANTED_NOTES + 1))
        copied = source.notes[first : first + PLANTED_NOTES].copy()
        copied["pitch"] += SEMITONES if copied["pitch"].max() + SEMITONES < 108 else -SEMITONES
        # Odd gaps before and after keep the match from going on beyond the copy.
        before = _shuffled(_joined(training[3:6], 100))
        copied["start"] += before.end + 2 * 41 - copied["start"][0]
        after = before.notes.copy()
        after["start"] += copied["start"][-1] + 2 * 43 - after["start"][0]
        copied["duration"] = after["duration"] = 2
        piece = Score(np.concatenate([before.notes, copied, after]))
        report = originality(piece, index)
        place = (len(before), PLANTED_NOTES)
        longest = [match for match in report.matches if match.notes == report.longest_match]
        hits += place in [(match.first, match.notes) for match in longest]
    return hits


if __name__ == "__main__":
    main()
