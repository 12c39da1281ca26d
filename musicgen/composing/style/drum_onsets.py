"""Where in the bar the drums of a collection play."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.encoding.grid import LOWEST_KEY
from musicgen.encoding.parts.roles import RESTS, DrumOnsets
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.parts.values import REST
from musicgen.metres import bar_positions

MIN_SHARE = 0.005  # of the hits of a sound; rarer onsets are taken for slips


def measure_drum_onsets(pieces: Sequence[PartsSteps]) -> tuple[DrumOnsets, ...]:
    """Onsets in the bar of each sound of the drums and of their rests; none without bars."""
    rows = [_drum_steps(piece) for piece in pieces if piece.grid.has_bars]
    steps = np.concatenate([np.zeros((0, 2), np.int64), *rows])  # (N, 2)
    sounds = []
    for key in np.unique(steps[:, 0]).tolist():
        counts = np.bincount(steps[steps[:, 0] == key, 1])
        onsets = np.flatnonzero(counts > MIN_SHARE * counts.sum())
        sounds.append(DrumOnsets(key, tuple(onsets.tolist())))
    return tuple(sounds)


def _drum_steps(piece: PartsSteps) -> np.ndarray:
    """Key and onset in the bar of each step of the drums: (N, 2) int64."""
    part, onset = piece.schedule
    drums = np.array([role.is_drum for role in piece.roles], bool)[part]
    pitch = piece.fields[drums, 0].astype(np.int64)
    key = np.where(pitch == REST, RESTS, pitch + LOWEST_KEY)
    place = bar_positions(piece.metres, onset[drums] * piece.grid.ticks)[1] // piece.grid.ticks
    return np.column_stack([key, place])
