"""What looks after a piece while it is drawn: copies, counterpoint, range and form."""

from __future__ import annotations

from musicgen.composing.ambitus import Ambitus
from musicgen.composing.copy_guard import guard_for
from musicgen.composing.counterpoint import Counterpoint
from musicgen.composing.originality_index import OriginalityIndex
from musicgen.composing.recall import Recall
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.writing import Watch
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding
from musicgen.score import Metre


def watches_for(
    encoding: Encoding,
    settings: ComposeSettings,
    metres: tuple[Metre, ...],
    index: OriginalityIndex | None,
    pieces: int,
) -> tuple[Watch, ...]:
    """Those that the settings ask for; ValueError where there is nothing to hold a copy to."""
    guard = guard_for(encoding, settings, index, pieces)
    watches: tuple[Watch, ...] = () if guard is None else (guard,)
    if isinstance(encoding, NotesEncoding):
        return watches
    if settings.counterpoint:
        watches = (*watches, Counterpoint(pieces, settings.counterpoint))
    if settings.span:
        watches = (*watches, Ambitus(pieces, settings.span))
    if settings.form and len(set(settings.form)) < len(settings.form):  # some bar comes again
        watches = (*watches, Recall(pieces, settings.form, metres))
    return watches
