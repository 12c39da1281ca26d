"""What looks after a piece while it is drawn: copies, counterpoint, range and form."""

from __future__ import annotations

from musicgen.composing.constraints.ambitus import Ambitus
from musicgen.composing.constraints.copy_guard import guard_for
from musicgen.composing.constraints.counterpoint import Counterpoint
from musicgen.composing.constraints.form_bias import Recall
from musicgen.composing.decoding.decoder import Constraint
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding
from musicgen.score import Metre


def build_constraints(
    encoding: Encoding,
    settings: ComposeSettings,
    metres: tuple[Metre, ...],
    index: OriginalityIndex | None,
    pieces: int,
) -> tuple[Constraint, ...]:
    """Those that the settings ask for; ValueError where there is nothing to hold a copy to."""
    guard = guard_for(encoding, settings, index, pieces)
    constraints: tuple[Constraint, ...] = () if guard is None else (guard,)
    if isinstance(encoding, NotesEncoding):
        return constraints
    if settings.counterpoint:
        constraints = (*constraints, Counterpoint(pieces, settings.counterpoint))
    if settings.span:
        constraints = (*constraints, Ambitus(pieces, settings.span))
    if settings.form and len(set(settings.form)) < len(settings.form):  # some bar comes again
        constraints = (*constraints, Recall(pieces, settings.form, metres))
    return constraints
