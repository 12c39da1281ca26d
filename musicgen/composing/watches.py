"""What looks after a piece while it is drawn: the guard against copying, and counterpoint."""

from __future__ import annotations

from musicgen.composing.copy_guard import guard_for
from musicgen.composing.counterpoint import Counterpoint
from musicgen.composing.originality_index import OriginalityIndex
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.writing import Watch
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding


def watches_for(
    encoding: Encoding, settings: ComposeSettings, index: OriginalityIndex | None, pieces: int
) -> tuple[Watch, ...]:
    """Those that the settings ask for; ValueError where there is nothing to hold a copy to."""
    guard = guard_for(encoding, settings, index, pieces)
    watches: tuple[Watch, ...] = () if guard is None else (guard,)
    if settings.counterpoint and not isinstance(encoding, NotesEncoding):
        watches = (*watches, Counterpoint(pieces, settings.counterpoint))
    return watches
