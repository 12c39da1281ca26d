"""Factory of the constraints that the settings choose: copies, counterpoint, range and form."""

from __future__ import annotations

from musicgen.composing.constraints.ambitus import Ambitus
from musicgen.composing.constraints.assembly import allowed_pitches
from musicgen.composing.constraints.copy_guard import CopyGuard
from musicgen.composing.constraints.counterpoint import Counterpoint
from musicgen.composing.constraints.form_bias import FormBias
from musicgen.composing.constraints.token_copy_guard import TokenCopyGuard
from musicgen.composing.decoding.constraint import Constraint
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre


def build_constraints(
    encoding: Encoding,
    settings: ComposeSettings,
    metres: tuple[Metre, ...],
    index: OriginalityIndex | None,
    pieces: int,
) -> tuple[Constraint, ...]:
    """Build the constraints of K pieces; InvalidSetting where max_copy has no index."""
    guard = build_copy_guard(encoding, settings, index, pieces)
    constraints: tuple[Constraint, ...] = () if guard is None else (guard,)
    if isinstance(encoding, NotesEncoding):
        return constraints
    if settings.counterpoint:
        constraints = (*constraints, Counterpoint(pieces, settings.counterpoint))
    if settings.span:
        constraints = (*constraints, Ambitus(pieces, settings.span))
    form = settings.form if encoding.grid.has_bars else None
    if form and len(set(form)) < len(form):  # some bar is repeated
        constraints = (*constraints, FormBias(pieces, form, metres))
    return constraints


def build_copy_guard(
    encoding: Encoding, settings: ComposeSettings, index: OriginalityIndex | None, pieces: int
) -> Constraint | None:
    """Build the copy guard of an encoding; None where the settings allow copies."""
    if not settings.max_copy:
        return None
    if index is None:
        raise InvalidSetting("max-copy needs an index of the training pieces, and there is none")
    if isinstance(encoding, NotesEncoding):
        return TokenCopyGuard(encoding, index, settings.max_copy, pieces)
    keys = allowed_pitches(settings)[LOWEST_KEY : LOWEST_KEY + KEYS]
    return CopyGuard(index, settings.max_copy, pieces, keys)
