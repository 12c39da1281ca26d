"""Composing around given parts: a melody that is harmonised, an accompaniment for a song."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble, Role, written_order
from musicgen.encoding.parts.steps_of_parts import GivenSteps, PartsSteps
from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting
from musicgen.score import MAX_RESOLUTION, Score
from musicgen.score_fields import Part


@dataclass(frozen=True, eq=False)
class GivenMusic:
    """Given parts of a piece, and the steps that its other parts are composed from."""

    score: Score
    steps: PartsSteps  # none yet, with the roles of all parts and the given steps
    roles: dict[int, int]  # number of the role of each given part

    @classmethod
    def of(
        cls, encoding: Encoding, score: Score, ensemble: Ensemble, key: int | None = None
    ) -> GivenMusic:
        """Parts of a score, in place of those of an ensemble that are nearest to them.

        key: number of the key of the piece; by default it is estimated from the given parts.
        InvalidSetting where the model or the ensemble has no parts to compose.
        """
        if not isinstance(encoding, PartsEncoding) or not encoding.grid.has_bars:
            raise InvalidSetting("this model does not know parts: it cannot compose around some")
        if score.is_performance:
            raise InvalidSetting("a performance lies on no beat: say --time beats to use it anyway")
        known = encoding.encode(score)
        key = known.key if key is None else key
        roles = ensemble.in_key(key).roles
        others = other_roles(roles, known.roles)
        if not others:
            raise InvalidSetting("this model writes no part beside those that are given")
        score = _named_by_place(score, encoding.role_of_parts(score), known.roles, roles)
        known = encoding.encode(score)
        roles, positions = merge_roles(known.roles, others)
        part, onset = known.schedule
        steps = encoding.beginning(Ensemble(roles, key), known)
        role = np.array(positions)[part]
        given = GivenSteps(role, onset, known.fields, encoding.given_first)
        steps = replace(steps, given=given)
        of_parts = encoding.role_of_parts(score)
        return cls(score, steps, {number: positions[role] for number, role in of_parts.items()})

    def with_composed(self, composed: Score) -> Score:
        """The given parts to the note, and the composed notes of the others, the highest first.

        composed: a piece of `steps`, given parts included; they are left out.
        """
        resolution = math.lcm(self.score.resolution, composed.resolution)
        if resolution > MAX_RESOLUTION:
            resolution = composed.resolution
        given = self.score.at_resolution(resolution)
        composed = composed.at_resolution(resolution)
        parts: list[Part] = []
        tables, pedals = [], []
        for role in written_order(self.steps.roles):
            own = [number for number, of_part in self.roles.items() if of_part == role]
            of_role = [(given, number) for number in own] or [(composed, role)]
            for score, number in of_role:
                tables.append(_of_part(score.notes, number, len(parts)))
                if own:
                    pedals.append(_of_part(score.pedal_changes, number, len(parts)))
                parts.append(replace(score.parts[number], track=len(parts)))
        changes = np.concatenate(pedals)
        changes = changes[np.argsort(changes["start"], kind="stable")]
        return replace(
            given,
            notes=np.concatenate(tables),
            parts=tuple(parts),
            pedal_changes=changes,
            releases=given.releases[:0],
        )


def other_roles(roles: Sequence[Role], given: Sequence[Role]) -> list[Role]:
    """The roles that stay to be composed: each given one takes the place of the nearest."""
    others = list(roles)
    for place in _places(roles, given):
        if place is not None:
            others.remove(place)
    return others


def _places(roles: Sequence[Role], given: Sequence[Role]) -> list[Role | None]:
    """The role whose place each given one takes; None where there is none like it left."""
    others, places = list(roles), []
    for role in reversed(given):  # the highest first: a melody is in the place of the highest
        alike = [other for other in others if other.is_drum == role.is_drum]
        place = min(alike, key=lambda other: abs(other.register - role.register), default=None)
        if place is not None:
            others.remove(place)
        places.append(place)
    return places[::-1]


def _named_by_place(
    score: Score, of_parts: Mapping[int, int], given: Sequence[Role], roles: Sequence[Role]
) -> Score:
    """The score with names and instruments for parts without any: those typed or played in.

    They are those of the role whose place the part takes. of_parts: number of the role in `given`
    of each part.
    """
    places, parts, notes = _places(roles, given), list(score.parts), score.notes.copy()
    for number, of_given in of_parts.items():
        part, place = parts[number], places[of_given]
        if place is None or part.name or part.channel is not None:
            continue
        parts[number] = replace(part, name=place.name, program=place.program)
        notes["program"][notes["part"] == number] = place.program
    return replace(score, notes=notes, parts=tuple(parts))


def merge_roles(
    given: Sequence[Role], others: Sequence[Role]
) -> tuple[tuple[Role, ...], list[int]]:
    """All roles in canonical order, and the number of each given one."""
    both = [*given, *others]
    order = sorted(range(len(both)), key=lambda i: (both[i].is_drum, both[i].register, -i))
    return tuple(both[i] for i in order), [order.index(i) for i in range(len(given))]


def _of_part(table: np.ndarray, part: int, number: int) -> np.ndarray:
    """Rows of a part, with another part number."""
    rows = table[table["part"] == part].copy()
    rows["part"] = number
    return rows
