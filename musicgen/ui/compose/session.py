"""State of the Compose page in one browser session."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece, read_piece
from musicgen.files import USER_ERRORS, message_of
from musicgen.ui.compose.link import PieceLink
from musicgen.ui.shared.tasks import ComposeTask

_KEY = "compose_session"


@dataclass
class Session:
    """Pieces that are shown, the task that composes the next ones, and messages."""

    pieces: tuple[SavedPiece, ...] = ()  # variations of one request, the best first
    shown_index: int = 0
    task: ComposeTask[Sequence[SavedPiece]] | None = None
    error: str = ""  # why the last request failed
    notice: str = ""  # why the address is followed in part only
    link_to_open: PieceLink | None = None  # from a file; opened as an address is
    link_to_compose: PieceLink | None = None  # its settings make the piece again
    piece_to_restore: SavedPiece | None = None  # its settings fill the form at the next run
    scroll_count: int = 0  # requests so far whose result the player scrolls into view
    locked: dict[str, tuple[int, ...]] = field(default_factory=dict)  # parts by id of the piece
    first_piece_started: bool = False  # the one that is composed unasked
    query: dict[str, str] = field(default_factory=dict)  # of the address, as last read or written

    @property
    def piece(self) -> SavedPiece | None:
        """The piece that is shown."""
        if not self.pieces:
            return None
        return self.pieces[min(self.shown_index, len(self.pieces) - 1)]

    def refresh(self) -> None:
        """Read the piece that is shown again: another page may have renamed or edited it."""
        if self.piece is None:
            return
        with suppress(UnknownPiece):  # where it was deleted, its view says so
            self.replace(read_piece(self.piece.id))

    def replace(self, now: SavedPiece) -> SavedPiece:
        """Show a piece as it is now, in its place; return it."""
        self.pieces = tuple(now if piece.id == now.id else piece for piece in self.pieces)
        return now

    def locked_parts(self, piece: SavedPiece) -> tuple[int, ...]:
        """Parts of a piece that stay as they are: its own locks, or those it was made with."""
        return self.locked.get(piece.id, self.locked.get(str(piece.facts.get("from")), ()))

    def show(self, pieces: Sequence[SavedPiece]) -> None:
        self.pieces, self.shown_index = tuple(pieces), 0

    def start(self, task: ComposeTask[Sequence[SavedPiece]]) -> None:
        """Follow a new task; stop the one that is running."""
        if self.task is not None:
            self.task.stop()
        self.task, self.error, self.notice = task, "", ""
        self.scroll_count += 1

    def finish_task(self) -> None:
        """Show the result of the task, or its error."""
        assert self.task is not None
        task, self.task = self.task, None
        try:
            if pieces := task.result():
                self.show(pieces)
        except USER_ERRORS as error:
            self.error = message_of(error)


def current_session() -> Session:
    """Return the state of the browser session that runs this script."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    session: Session = st.session_state[_KEY]
    return session
