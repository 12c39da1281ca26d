"""Metrics of muspy for real and hand-made pieces, which tests compare ours with.

    python -m tests.statistics.muspy_answers

Needs `pip install muspy` in addition to the requirements. Writes
tests/statistics/muspy_answers.json, which is valid while the bundled collections do not change.

muspy deviates from its own definitions in two places, which its input here makes up for:

- `polyphony_rate` counts time steps of *more* notes than its threshold: two or more is threshold 1.
- A note still sounds at the tick where it ends, so that a piece that ends on a bar line has one
  more beat and bar. For beats and bars all notes are one tick shorter.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import muspy

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.readers.read_score import read_score
from musicgen.metres import TICKS_PER_QUARTER, Metre
from musicgen.score import Score, notes_from

ANSWERS = Path(__file__).with_suffix(".json")
STRIDE_PIECES = {"bach-chorales": 30, "ryans-mammoth": 70, "string-quartets": 20}

HAND_MADE: dict[str, list[list[int]]] = {  # rows of start, duration, pitch
    "one note": [[0, 24, 60]],
    "rests": [[0, 24, 60], [72, 24, 64], [73, 10, 67], [240, 96, 48]],
    "unison in two parts": [[0, 48, 60], [0, 24, 60], [24, 48, 60], [12, 12, 64]],
    "three at once": [[0, 96, 60], [24, 72, 64], [48, 48, 67], [96, 1, 72]],
    "chromatic": [[12 * i, 12, 60 + i] for i in range(13)],
    "same rhythm twice": [[96 * bar + at, 24, 60] for bar in range(2) for at in (0, 24, 36)],
}


def main() -> None:
    pieces: list[dict[str, Any]] = [
        {"piece": name, "notes": rows, "answers": muspy_metrics(Score(notes_from(rows)))}
        for name, rows in HAND_MADE.items()
    ]
    for collection, file, score in bundled_pieces():
        pieces.append({"piece": file, "collection": collection, "answers": muspy_metrics(score)})
    text = json.dumps({"muspy": muspy.__version__, "pieces": pieces}, indent=1, allow_nan=False)
    ANSWERS.write_text(text + "\n")
    print(f"{len(pieces)} pieces in {ANSWERS}")


def bundled_pieces() -> Iterator[tuple[str, str, Score]]:
    """Collection, file and score of some pieces of each bundled collection."""
    for collection in bundled_collections():
        with zipfile.ZipFile(collection.path) as archive:
            for file in archive.namelist()[:: STRIDE_PIECES[collection.name]]:
                yield collection.name, file, read_score(archive.read(file), file)


def muspy_metrics(score: Score) -> dict[str, float | None]:
    """The metrics of muspy by our names; None where muspy has no value."""
    music = as_muspy(score)
    shorter = as_muspy(score, shorten=1)
    answers = {
        "pitch-class entropy": muspy.pitch_class_entropy(music),
        "pitch entropy": muspy.pitch_entropy(music),
        "scale consistency": muspy.scale_consistency(music),
        "pitch range": muspy.pitch_range(music),
        "pitches used": muspy.n_pitches_used(music),
        "pitch classes used": muspy.n_pitch_classes_used(music),
        "polyphony": muspy.polyphony(music),
        "polyphony rate": muspy.polyphony_rate(music, threshold=1),
        "empty beats": muspy.empty_beat_rate(shorter),
    }
    bar = constant_bar(score.metres)
    if bar is not None:
        pickup = int(score.bar_positions([0])[1][0])
        shifted = as_muspy(score, shorten=1, shift=pickup)
        answers["groove consistency"] = muspy.groove_consistency(shifted, bar)
    return {name: None if math.isnan(value) else float(value) for name, value in answers.items()}


def constant_bar(metres: tuple[Metre, ...]) -> int | None:
    """Ticks of a bar where all bars after a pickup have the same length, else None.

    muspy's groove consistency needs a constant bar.
    """
    if len(metres) == 1:
        return metres[0].ticks_per_bar
    pickup = metres[1].start <= metres[0].ticks_per_bar < metres[1].ticks_per_bar
    return metres[1].ticks_per_bar if pickup and len(metres) == 2 else None


def as_muspy(score: Score, shorten: int = 0, shift: int = 0) -> muspy.Music:
    """The score as a muspy.Music, all notes shortened and shifted by some ticks."""
    notes = [
        muspy.Note(int(note["start"]) + shift, int(note["pitch"]), int(note["duration"]) - shorten)
        for note in score.notes
    ]
    return muspy.Music(resolution=TICKS_PER_QUARTER, tracks=[muspy.Track(notes=notes)])


if __name__ == "__main__":
    main()
