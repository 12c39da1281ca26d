"""The songs of POP909 with the chords that people labelled, at the beats that they labelled.

Wang et al., POP909: A Pop-song Dataset for Music Arrangement Generation, ISMIR 2020. A folder holds
`pop909.zip` (a MIDI file a song) and `chords.zip` (`001.chord_midi.txt`, `001.beat_midi.txt`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicgen.corpus.readers.read_score import read_score
from musicgen.score import Score

_ROOTS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_QUALITIES = {  # the beginning of a label's quality; the first that fits
    "maj7": (0, 4, 7, 11),
    "maj": (0, 4, 7),
    "min7": (0, 3, 7, 10),
    "min": (0, 3, 7),
    "hdim7": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "7": (0, 4, 7, 10),
}
NO_ROOT = -1


@dataclass(frozen=True, eq=False)
class LabelledSong:
    """A song and its labels: at each beat the root of the chord and its pitch classes."""

    name: str
    score: Score
    ticks: np.ndarray  # (B,) of the labelled beats
    roots: np.ndarray  # (B,) NO_ROOT for no chord
    masks: np.ndarray  # (B,) pitch classes as bits
    downbeat: int = 0  # number of the first beat that begins a bar of four

    @property
    def on_beats(self) -> LabelledSong:
        """The song in which each labelled beat is a quarter and bars begin on downbeats.

        Up to three beats of silence come before the first beat.
        """
        resolution, silent = 480, -self.downbeat % 4
        edges = np.append(self.ticks, 2 * self.ticks[-1] - self.ticks[-2]).astype(float)
        places = (silent + np.arange(len(edges))) * resolution
        notes = self.score.notes.copy()
        begins = np.interp(notes["start"], edges, places)
        ends = np.interp(notes["start"] + notes["duration"], edges, places)
        within = (notes["start"] >= edges[0]) & (notes["start"] < edges[-1])
        notes["start"] = np.rint(begins)
        notes["duration"] = np.maximum(np.rint(ends) - notes["start"], 1)
        score = Score(
            notes[within], 100.0, name=self.name, parts=self.score.parts, resolution=resolution
        )
        ticks = np.arange(len(edges) - 1 + silent) * resolution
        roots = np.concatenate([np.full(silent, NO_ROOT), self.roots])
        masks = np.concatenate([np.zeros(silent, int), self.masks])
        return LabelledSong(self.name, score, ticks, roots, masks)


def read_songs(folder: Path) -> Iterator[LabelledSong]:
    """The songs with labels, in order of their numbers."""
    with zipfile.ZipFile(folder / "chords.zip") as archive:
        labels = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(folder / "pop909.zip") as archive:
        for name in sorted(n for n in archive.namelist() if n.endswith(".mid")):
            number = re.search(r"(\d{3})[^/]*$", name)
            if number is None or f"{number[1]}.chord_midi.txt" not in labels:
                continue
            score = read_score(archive.read(name), name)
            chords = labels[f"{number[1]}.chord_midi.txt"]
            yield _labelled(number[1], score, chords, labels[f"{number[1]}.beat_midi.txt"])


def _labelled(name: str, score: Score, chords: str, beats: str) -> LabelledSong:
    table = np.loadtxt(io.StringIO(beats), ndmin=2)  # seconds, of two beats, of four
    ticks = np.unique(_ticks_at(score, table[:, 0]))
    downbeat = int(np.argmax(table[:, 2] > 0))
    spans = [line.split() for line in chords.splitlines() if line.strip()]
    starts = np.array([float(start) for start, _, _ in spans])
    middle = score.seconds_at(ticks) + 0.1  # labels begin some milliseconds around a beat
    at = (np.searchsorted(starts, middle, "right") - 1).clip(0)
    parsed = [_parse(label) for _, _, label in spans]
    roots, masks = (np.array(values)[at] for values in zip(*parsed, strict=True))
    return LabelledSong(name, score, ticks, roots, masks, downbeat)


def _ticks_at(score: Score, seconds: np.ndarray) -> np.ndarray:
    """The ticks nearest to times."""
    every = np.arange(0, score.end + 8 * score.resolution, max(1, score.resolution // 48))
    return np.rint(np.interp(seconds, score.seconds_at(every), every)).astype(np.int64)


def _parse(label: str) -> tuple[int, int]:
    """Root and pitch classes of a label such as `Eb:min7/b3`."""
    match = re.match(r"([A-G])([b#]?):?([^/]*)", label)
    if label in ("N", "X") or match is None:
        return NO_ROOT, 0
    root = (_ROOTS[match[1]] + {"b": -1, "#": 1, "": 0}[match[2]]) % 12
    quality = next((q for q in _QUALITIES if match[3].startswith(q)), "maj")
    return root, sum(1 << (root + interval) % 12 for interval in _QUALITIES[quality])
