"""All parts of a model of `parts` together are silent for no longer than a limit."""

from __future__ import annotations

import numpy as np
import pytest

from musicgen.composing.constraints.part_rules import SilenceLimit
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.decoding.sampling import NEVER
from musicgen.encoding.grid import KEYS
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble, Role
from musicgen.encoding.parts.values import REST
from musicgen.encoding.steps import Steps

PARTS = PartsEncoding()
NEVER_STRUCK = -PARTS.grid.max_age
LIMIT = 12  # units


def limit_of(*roles: Role) -> SilenceLimit:
    opening = PARTS.beginning(Ensemble(roles), Steps(np.zeros((0, 3), np.int32)))
    return SilenceLimit(LIMIT, opening)


def longest_rest(limit: SilenceLimit, since: int) -> int:
    """Longest rest that is left where the last note ended, or will end, `since` units from now."""
    remaining = np.full((1, KEYS), NEVER_STRUCK)
    remaining[0, 40] = since
    context = StepContext(
        {"remaining": remaining}, np.array([96]), np.zeros((1, 3), int), np.array([[REST]])
    )
    pitches = limit.allow_rests(context, np.zeros((1, KEYS + 1)))
    assert (pitches[0, :KEYS] > NEVER).all()  # every key stays possible
    durations = limit.limit_rests(context, np.zeros((1, 48)))
    lengths = np.flatnonzero(durations[0] > NEVER) + 1
    longest = int(lengths.max(initial=0))
    assert (pitches[0, REST] > NEVER) == (longest > 0)
    assert lengths.tolist() == list(range(1, longest + 1))
    return longest


@pytest.mark.parametrize(
    ("since", "longest"), [(6, 18), (0, 12), (-5, 7), (-12, 0), (-30, 0), (NEVER_STRUCK, 12)]
)
def test_rests_add_up_since_the_last_note(since: int, longest: int) -> None:
    assert longest_rest(limit_of(Role(register=48), Role(register=72)), since) == longest


def test_beside_drums_each_rest_counts_for_itself() -> None:
    band = limit_of(Role(register=48), Role(is_drum=True, register=36))
    assert [longest_rest(band, since) for since in (6, 0, -30)] == [18, 12, 12]
