"""Whether composed drums stay on the beat: onset positions against the collection's.

    python -m benchmarks.drums write FOLDER [--pieces 200]    # songs of a made-up band, as MIDI
    python -m musicgen train FOLDER --run band --minutes 15
    python -m benchmarks.drums measure CHECKPOINT [--pieces 60] [--source SOURCE] [--json]

`measure` composes pieces with the default settings and prints, for kick, snare and hats, the share
of hits at each position in the bar that composed pieces and those of the collection have in common
(the sum of the smaller of both shares: 1 where they are distributed alike), the same for two halves
of the collection, and the composed share of hits at positions that the collection never has.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.drums.band_songs import band_song
from benchmarks.shared.pieces import compose_pieces
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.corpus.load import load_collection
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score
from musicgen.training.run_folder.registry import find_checkpoint

SOUNDS = {"kick": (35, 36), "snare": (38, 40), "hats": (42, 44, 46)}
LONGEST_BAR = 24 * TICKS_PER_QUARTER


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("action", choices=("write", "measure"))
    options.add_argument("target", help="folder to write, or a run's name")
    options.add_argument("--pieces", type=int, default=60)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--source", help="collection; default: that of the training")
    options.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = options.parse_args()
    if arguments.action == "write":
        write_songs(Path(arguments.target), arguments.pieces, arguments.seed)
        return
    results = measure(arguments.target, arguments.source, arguments.pieces, arguments.seed)
    print(json.dumps(results) if arguments.json else table(results))


def write_songs(folder: Path, count: int, seed: int) -> None:
    """Write songs of the made-up band as MIDI files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(seed, seed + count):
        (folder / f"song-{number:04}.mid").write_bytes(midi_bytes(band_song(number)))


def measure(run: str, source: str | None, count: int, seed: int) -> dict[str, dict[str, float]]:
    """Figures of each sound."""
    checkpoint = open_checkpoint(find_checkpoint(run))
    people = load_collection(source or checkpoint.facts["source"]).scores
    profile = TrainingProfile.load(checkpoint.folder)
    composed = compose_pieces(OnnxModel(checkpoint), profile, count, ComposeSettings(seed=seed))
    return {sound: compare_positions(composed, people, sound) for sound in SOUNDS}


def compare_positions(
    composed: Sequence[Score], people: Sequence[Score], sound: str
) -> dict[str, float]:
    """Overlap of the positions of a sound's hits, and what it is between halves of people's."""
    of_composed, of_people = positions(composed, sound), positions(people, sound)
    halves = positions(people[::2], sound), positions(people[1::2], sound)
    return {
        "hits a piece": float(of_composed.sum() / max(len(composed), 1)),
        "people's": float(of_people.sum() / max(len(people), 1)),
        "overlap": overlap(of_composed, of_people),
        "of two halves": overlap(*halves),
        "nowhere else": float(_shares(of_composed)[of_people == 0].sum()),
    }


def positions(scores: Iterable[Score], sound: str) -> np.ndarray:
    """Hits of a sound at each tick of the bar, in 24ths of a quarter: (LONGEST_BAR,)."""
    counts = np.zeros(LONGEST_BAR, np.int64)
    for score in scores:
        placed = score.on_grid()
        is_sound = placed.is_drum & np.isin(placed.notes["pitch"], SOUNDS[sound])
        _, place, _ = placed.bar_positions(placed.notes["start"][is_sound])
        counts += np.bincount(place, minlength=LONGEST_BAR)[:LONGEST_BAR]
    return counts


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """What two distributions of counts have in common: 0 to 1."""
    return float(np.minimum(_shares(first), _shares(second)).sum())


def _shares(counts: np.ndarray) -> np.ndarray:
    return np.asarray(counts / max(counts.sum(), 1))


def table(results: dict[str, dict[str, float]]) -> str:
    """The results as text."""
    names = list(next(iter(results.values())))
    lines = [" " * 8 + "".join(f"{name:>15}" for name in names)]
    for sound, figures in results.items():
        lines.append(f"{sound:8}" + "".join(f"{figures[name]:15.3f}" for name in names))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
