"""Chords that are asked for: at how many beats the music composed to them has their tones.

    python -m benchmarks.harmony.asked_chords CHECKPOINT [--pieces 4] [--strengths 0 1 2] [--json]

For progressions of several kinds, each in several keys:

- inside: beats at which all that sounds are tones of the chord
- present: beats at which it is recognised: three of its tones sound, or two and nothing else
- root: beats at which its root is the lowest note
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence

import numpy as np

from musicgen.composing.asked_chords import chords_over_bars
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.piece import Piece
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.grid import BEATS
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.theory.harmony.beats import beat_ticks
from musicgen.training.run_folder.registry import find_checkpoint

PROGRESSIONS = (
    *("C Am F G", "G | Em | Am7 | D7", "F C7 F Bb", "Am | Dm7 | E7 | Am", "Gm | Cm | D7 | Gm"),
    *("D | A | Bm | F#m | G | D | G | A", "Dm7 | G7 | Cmaj7 | Cmaj7", "Bb F | Gm Eb | F | Bb"),
    *("Em C | G D", "E | A B7 | E | C#m F#m | B7 | E"),
)
BARS = 8


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("checkpoint", help="a run's name, or a checkpoint's folder")
    options.add_argument("--pieces", type=int, default=4, help="of each progression")
    options.add_argument("--strengths", type=float, nargs="+", default=[0.0, 1.0, 2.0])
    options.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = options.parse_args()
    checkpoint = open_checkpoint(find_checkpoint(arguments.checkpoint))
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    rows = [_measure(composer, strength, arguments.pieces) for strength in arguments.strengths]
    if arguments.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print("  ".join(f"{name} {value:.3f}" for name, value in row.items()))


def _measure(composer: Composer, strength: float, pieces: int) -> dict[str, float]:
    started = time.perf_counter()
    composed: list[Piece] = []
    for seed, chords in enumerate(PROGRESSIONS):
        settings = ComposeSettings(
            bars=BARS, chords=chords, chord_strength=strength, variations=pieces, seed=seed
        )
        composed += composer.compose(settings)
    beats = np.concatenate([_beats(piece) for piece in composed])
    inside, present, root = beats.mean(axis=0).tolist()
    seconds = (time.perf_counter() - started) / len(composed)
    shares = {"inside": inside, "present": present, "root": root}
    return {"strength": strength, "beats": len(beats), **shares, "seconds a piece": seconds}


def _beats(piece: Piece) -> np.ndarray:
    """Whether beats with a chord and a note are inside, present, and on the root: (B, 3)."""
    score = piece.score.pitched
    chords = chords_over_bars(piece.composition.settings, score.metres, BEATS)
    starts, ends = score.notes["start"], score.notes["start"] + score.notes["duration"]
    rows: list[Sequence[bool]] = []
    for tick in beat_ticks(score, score.end).tolist():
        at = int(np.searchsorted(chords.onset * BEATS.ticks, tick, "right")) - 1
        pitches = score.notes["pitch"][(starts <= tick) & (ends > tick)]
        if at < 0 or not chords.mask[at] or not len(pitches):
            continue
        tones = {tone for tone in range(12) if chords.mask[at] >> tone & 1}
        sounding = set((pitches % 12).tolist())
        inside = sounding <= tones
        present = len(sounding & tones) >= 3 or (inside and len(sounding) >= 2)
        rows.append((inside, present, pitches.min() % 12 == chords.root[at]))
    return np.array(rows, float).reshape(-1, 3)


if __name__ == "__main__":
    main()
