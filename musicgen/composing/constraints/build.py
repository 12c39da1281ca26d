"""Factory of the constraints that the settings choose: copies, counterpoint, range and form."""

from __future__ import annotations

from musicgen.composing.constraints.allowed_pitches import allowed_pitches
from musicgen.composing.constraints.ambitus import Ambitus
from musicgen.composing.constraints.copy_guard import CopyGuard
from musicgen.composing.constraints.counterpoint import Counterpoint
from musicgen.composing.constraints.form_bias import FormBias
from musicgen.composing.constraints.given_parts import GivenParts
from musicgen.composing.constraints.part_copy_guard import PartCopyGuard
from musicgen.composing.constraints.part_counterpoint import PartCounterpoint
from musicgen.composing.constraints.token_copy_guard import TokenCopyGuard
from musicgen.composing.decoding.constraint import Constraint
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.steps import Encoding, Steps
from musicgen.errors import InvalidSetting


def build_constraints(
    encoding: Encoding,
    settings: ComposeSettings,
    opening: Steps,
    index: OriginalityIndex | None,
    pieces: int,
) -> tuple[Constraint, ...]:
    """Build the constraints of K pieces; InvalidSetting where max_copy has no index.

    opening: steps with the metres and roles of the pieces.
    """
    guard = build_copy_guard(encoding, settings, index, pieces, opening)
    constraints: tuple[Constraint, ...] = () if guard is None else (guard,)
    if isinstance(opening, PartsSteps):
        if settings.counterpoint:
            strength = settings.counterpoint
            constraints = (*constraints, PartCounterpoint(pieces, strength, opening))
        if opening.given is not None:
            given = GivenParts(pieces, opening)
            constraints = (*constraints, given)  # the last one decides
        return constraints
    if not isinstance(encoding, EventsEncoding):
        return constraints
    if settings.counterpoint:
        constraints = (*constraints, Counterpoint(pieces, settings.counterpoint))
    if settings.span:
        constraints = (*constraints, Ambitus(pieces, settings.span))
    form = settings.form if encoding.grid.has_bars else None
    if form and len(set(form)) < len(form):  # some bar is repeated
        constraints = (*constraints, FormBias(pieces, form, opening.metres))
    return constraints


def build_copy_guard(
    encoding: Encoding,
    settings: ComposeSettings,
    index: OriginalityIndex | None,
    pieces: int,
    opening: Steps,
) -> Constraint | None:
    """Build the copy guard of an encoding; None where the settings allow copies."""
    if not settings.max_copy:
        return None
    if index is None:
        raise InvalidSetting("max-copy needs an index of the training pieces, and there is none")
    if isinstance(encoding, NotesEncoding):
        return TokenCopyGuard(encoding, index, settings.max_copy, pieces)
    if isinstance(opening, PartsSteps):
        roles, first = opening.roles, opening.first
        return PartCopyGuard(index, settings.max_copy, pieces, roles, encoding.grid, first)
    keys = allowed_pitches(settings)[LOWEST_KEY : LOWEST_KEY + KEYS]
    return CopyGuard(index, settings.max_copy, pieces, keys)
