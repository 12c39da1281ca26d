"""Accompaniments composed for the melodies of pop songs, against the chords people labelled.

    python -m benchmarks.harmony.pop_songs write POP909 FOLDER     # MIDI files, a quarter a beat
    python -m musicgen train FOLDER --run pop --encoding parts --minutes 20
    python -m benchmarks.harmony.pop_songs measure POP909 pop [--songs 50] [--json]

`measure` takes test songs of the run, gives it their melody, and composes the rest. At each
labelled beat: whether the root of the chord that is found in the composed accompaniment is the
labelled one, beside the same for the accompaniment that people wrote, and for random songs' labels.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.harmony.harmonising import held_out_pieces
from benchmarks.harmony.pop909 import NO_ROOT, LabelledSong, read_songs
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.pipeline import Composer
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score
from musicgen.theory.chosen_parts import melody_part, only_parts
from musicgen.theory.harmony.chord_track import chord_track
from musicgen.training.run_folder.registry import find_checkpoint


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("action", choices=("write", "measure"))
    options.add_argument("songs_folder", type=Path, help="of pop909.zip and chords.zip")
    options.add_argument("target", help="folder to write, or a run's name")
    options.add_argument("--songs", type=int, default=50)
    options.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = options.parse_args()
    songs = [song.on_beats for song in read_songs(arguments.songs_folder)]
    if arguments.action == "write":
        folder = Path(arguments.target)
        folder.mkdir(parents=True)
        for song in songs:
            (folder / f"{song.name}.mid").write_bytes(midi_bytes(song.score))
        return
    results = measure(arguments.target, songs, arguments.songs)
    if arguments.json:
        print(json.dumps(results))
        return
    for name, value in results.items():
        print(f"{name:28} {value:.3f}")


def measure(run: str, songs: Sequence[LabelledSong], count: int) -> dict[str, float]:
    """Agreement with the labels at beats, of test songs of a run."""
    checkpoint = open_checkpoint(find_checkpoint(run))
    composer = Composer(OnnxModel(checkpoint), TrainingProfile.load(checkpoint.folder))
    held_out = {score.name for score in held_out_pieces(checkpoint)}
    chosen = [song for song in songs if song.name in held_out][:count]
    agree = np.zeros((len(chosen), 4))
    for row, song in zip(agree, chosen, strict=True):
        melody = melody_part(song.score)
        [piece] = composer.accompany(ComposeSettings(), only_parts(song.score, [melody]))
        row[:3] = [
            _agreement(_without_melody(piece.score), song),
            _agreement(_without_melody(song.score), song),
            _agreement(only_parts(song.score, [melody]), song),
        ]
        changed = _rows(piece.score) != _rows(song.score)
        row[3] = float(changed)
    means = agree.mean(axis=0).tolist()
    names = ("composed", "people", "melody alone", "melodies changed")
    return {"songs": float(len(chosen)), **dict(zip(names, means, strict=True))}


def _without_melody(score: Score) -> Score:
    melody = melody_part(score)
    others = [part for part in range(len(score.parts)) if part != melody]
    return only_parts(score, others)


def _rows(score: Score) -> list[tuple[int, ...]]:
    """The notes of the melody."""
    notes = score.at_resolution(480).notes
    return sorted(notes[notes["part"] == melody_part(score)][["start", "pitch"]].tolist())


def _agreement(score: Score, song: LabelledSong) -> float:
    """Share of the labelled beats with a chord that have its root; a beat without a chord fails."""
    track = chord_track(score)
    roots = np.full(len(song.roots), NO_ROOT)
    count = min(len(track), len(roots))
    roots[:count] = track.roots[:count]
    has_chord = song.roots != NO_ROOT
    return float((roots[has_chord] == song.roots[has_chord]).mean())


if __name__ == "__main__":
    main()
