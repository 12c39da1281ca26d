"""Pieces of the file of `benchmarks.jsb16`, encoded for a model, and the notes of the papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from musicgen.corpus.related.shared_melodies import shared_melodies
from musicgen.encoding.frames import LOWEST, PITCHES, REST, FramesEncoding
from musicgen.encoding.grid import Grid
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble, Role
from musicgen.encoding.steps import Encoding, Steps
from musicgen.errors import InvalidSetting
from musicgen.score import Score

HIGHEST = LOWEST + PITCHES - 1
FRAMES = FramesEncoding()
# Nothing that a piece can be asked for but its key, which evaluation hides.
ENCODINGS: dict[str, Encoding] = {
    FRAMES.name: FRAMES,
    PartsEncoding.name: PartsEncoding(intervals=True, bars_ago=True),
}
# By voice and not by piece: the median pitch of a whole piece would tell what is still to come.
REGISTERS = {"bass": 52, "tenor": 60, "alto": 65, "soprano": 71}
ROLES = tuple(Role(register=register, name=voice) for voice, register in REGISTERS.items())
LOWEST_FIRST = range(len(ROLES))[::-1]  # number of the role of each voice of a frame


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of one side: frames of four voices, the same encoded, and their notes."""

    encoding: Encoding
    frames: Sequence[Steps]
    steps: Sequence[Steps]

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def notes(self) -> np.ndarray:
        """Notes of each piece, one a frame and voice that sounds: (P,) int64."""
        return np.array([(piece.fields != REST).sum() for piece in self.frames])

    @property
    def scores(self) -> list[Score]:
        """The pieces as scores, a pitch that goes on being one note."""
        return [FRAMES.decode(piece) for piece in self.frames]

    def without_melodies_of(self, others: Pieces) -> np.ndarray:
        """Numbers of the pieces whose soprano no other piece has, in any key: (Q,)."""
        pairs = np.sort(shared_melodies([*self.scores, *others.scores]), axis=1)
        shared = pairs[(pairs[:, 0] < len(self)) & (pairs[:, 1] >= len(self)), 0]
        return np.setdiff1d(np.arange(len(self)), shared)


def read_pieces(file: Path, side: str, encoding: str = FRAMES.name) -> Pieces:
    """Pieces of one side of a file: arrays `SIDE_pitches` (frames, 4) and `SIDE_ends` (pieces,).

    Pitches are MIDI numbers, 0 is a rest. Raises InvalidSetting where the arrays do not fit.
    """
    with np.load(file, allow_pickle=False) as arrays:
        pitches, ends = arrays[f"{side}_pitches"].astype(np.int32), arrays[f"{side}_ends"]
    notes = pitches[pitches > 0]
    if pitches.ndim != 2 or pitches.shape[1] != 4 or ends[-1] != len(pitches):
        raise InvalidSetting(
            f"{file}: {side} is not a list of frames of four voices and their ends"
        )
    if notes.min() < LOWEST or notes.max() > HIGHEST:
        raise InvalidSetting(f"{file}: pitches of {side} reach beyond {LOWEST} or {HIGHEST}")
    values = np.where(pitches > 0, pitches - LOWEST + 1, REST)
    rows = np.split(values, ends[:-1])
    frames = [Steps(row, name=f"{side} {number}") for number, row in enumerate(rows, start=1)]
    of_encoding = ENCODINGS[encoding]
    return Pieces(of_encoding, frames, [_encoded(piece, of_encoding) for piece in frames])


def _encoded(piece: Steps, encoding: Encoding) -> Steps:
    """A piece in frames in an encoding."""
    if not isinstance(encoding, PartsEncoding):
        return piece
    score = _with_long_notes_repeated(FRAMES.decode(piece), encoding.grid)
    found = encoding.encode(score)
    voices = encoding.beginning(Ensemble(ROLES, found.key), found)
    return encoding.encode_as(score, voices, LOWEST_FIRST)


def _with_long_notes_repeated(score: Score, grid: Grid) -> Score:
    """A note that is longer than an encoding has durations for goes on as another of its pitch."""
    longest = grid.max_units * grid.ticks
    counts = -(-score.notes["duration"] // longest)
    notes = np.repeat(score.notes, counts)
    turn = np.concatenate([np.arange(count) for count in counts])
    notes["start"] += turn * longest
    notes["duration"] = (notes["duration"] - turn * longest).clip(max=longest)
    order = np.lexsort((notes["duration"], notes["part"], notes["pitch"], notes["start"]))
    return replace(score, notes=notes[order])
