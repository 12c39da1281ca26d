"""Accuracy of the chord finder on the songs of POP909, at the beats that people labelled.

    python -m benchmarks.harmony.chord_finder POP909 [--every 1] [--json]

- root: beats with a labelled chord whose root is found
- chord: beats whose pitch classes are found, too; labels tell more qualities than the finder knows
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.harmony.pop909 import NO_ROOT, LabelledSong, read_songs
from musicgen.theory.harmony.chord_track import chord_track


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("songs_folder", type=Path, help="of pop909.zip and chords.zip")
    options.add_argument("--every", type=int, default=1, help="take every nth song")
    options.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = options.parse_args()
    songs = list(read_songs(arguments.songs_folder))[:: arguments.every]
    counts = np.sum([_count(song.on_beats) for song in songs], axis=0)
    root, chord = (counts[:2] / counts[2]).tolist()
    results = {"songs": len(songs), "beats": int(counts[2]), "root": root, "chord": chord}
    print(json.dumps(results) if arguments.json else results)


def _count(song: LabelledSong) -> np.ndarray:
    """Beats whose root is found, whose pitch classes are found, and with a labelled chord: (3,)."""
    track = chord_track(song.score)
    beats = min(len(track), len(song.roots))
    roots, masks = song.roots[:beats], song.masks[:beats]
    has_chord = roots != NO_ROOT
    is_root = (track.roots[:beats] == roots) & has_chord
    is_chord = (track.masks[:beats] == masks) & is_root
    return np.array([is_root.sum(), is_chord.sum(), has_chord.sum()])


if __name__ == "__main__":
    main()
