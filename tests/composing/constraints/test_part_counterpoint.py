"""Parallels between the parts of a model of `parts` are less likely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicgen.composing.constraints.part_counterpoint import PARALLEL_BIAS, PartCounterpoint
from musicgen.composing.decoding.constraint import StepContext
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble, Role
from musicgen.encoding.parts.values import AT_END, REST
from musicgen.encoding.steps import Steps

LOW, HIGH = Role(register=48), Role(register=72)
QUARTER, EIGHTH = 12, 6  # grid units


def _keys_less_likely(*steps: tuple[int, int], roles=(LOW, HIGH)) -> list[int]:
    """MIDI pitches that are biased after steps of MIDI pitch and grid units, low part first."""
    opening = PartsEncoding().beginning(Ensemble(roles), Steps(np.zeros((0, 3), np.int32)))
    constraint = PartCounterpoint(1, 1.0, opening)
    for pitch, units in steps:
        key = REST if pitch < 0 else pitch - LOWEST_KEY
        constraint.push(np.array([[key, units - 1, AT_END]]))
    now = constraint._schedule.now
    context = StepContext({}, now, np.zeros((1, 3), int), np.zeros((1, 0), int))
    logits = constraint.rules()["pitch"][0](context, np.zeros((1, KEYS + 1), np.float32))
    assert set(np.unique(logits)) <= {0.0, -PARALLEL_BIAS}
    return (np.flatnonzero(logits[0]) + LOWEST_KEY).tolist()


FIFTHS = [pitch for pitch in range(LOWEST_KEY, LOWEST_KEY + KEYS) if pitch % 12 == 57 % 12]


def test_fifths_from_note_to_note() -> None:
    assert _keys_less_likely((48, QUARTER), (55, QUARTER), (50, QUARTER)) == FIFTHS
    assert _keys_less_likely((48, QUARTER), (52, QUARTER), (50, QUARTER)) == []  # thirds may
    assert _keys_less_likely((48, QUARTER), (55, QUARTER), (48, QUARTER)) == []  # it stays


def test_fifths_from_beat_to_beat_with_a_note_between() -> None:
    steps = [(48, QUARTER), (55, EIGHTH), (59, EIGHTH), (50, QUARTER)]
    assert _keys_less_likely(*steps) == FIFTHS


def test_a_note_that_is_held_or_silent_moves_nowhere() -> None:
    assert _keys_less_likely((48, 2 * QUARTER), (55, QUARTER)) == []
    assert _keys_less_likely((-1, QUARTER), (55, QUARTER), (50, QUARTER)) == []


@pytest.mark.parametrize("other", [replace(LOW, has_chords=True), replace(LOW, is_drum=True)])
def test_chords_and_drums_are_no_voices(other: Role) -> None:
    roles = tuple(sorted((other, HIGH), key=lambda role: (role.is_drum, role.register)))
    assert _keys_less_likely((48, QUARTER), (55, QUARTER), (50, QUARTER), roles=roles) == []
