"""What lies on one person's desk: the pieces just composed, and the one that is written now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece, read_piece
from musicgen.ui.compose import models
from musicgen.ui.compose.form.form_restore import refill
from musicgen.ui.compose.link import Link, link_to
from musicgen.ui.shared.tasks import ComposeTask


@dataclass
class Desk:
    """Of one browser tab."""

    batch: tuple[SavedPiece, ...] = ()  # the best first
    shown: int = 0  # which of them
    job: ComposeTask[Sequence[SavedPiece]] | None = None
    problem: str = ""  # why the last piece could not be composed
    notice: str = ""  # what could not be done of what the address asks for
    wanted: Link | None = None  # a piece to compose, that a link asks for
    given: Link | None = None  # in a file, to be heeded as an address is
    turn: int = 0  # how often something was asked for that the player then shows
    offered: bool = False  # whether a first piece was composed without being asked for
    query: dict[str, str] = field(default_factory=dict)  # of the address, last seen or written

    @property
    def piece(self) -> SavedPiece | None:
        return self.batch[min(self.shown, len(self.batch) - 1)] if self.batch else None

    def put(self, pieces: Sequence[SavedPiece]) -> None:
        """Pieces to look at, in place of those that were there."""
        self.batch, self.shown = tuple(pieces), 0

    def begin(self, job: ComposeTask[Sequence[SavedPiece]]) -> None:
        """Have a job done; one that is still at work is stopped."""
        if self.job is not None:
            self.job.stop()
        self.job, self.problem, self.notice = job, "", ""
        self.turn += 1

    def take_result(self) -> None:
        """Put what was composed on the desk, or say why there is nothing."""
        assert self.job is not None
        job, self.job = self.job, None
        try:
            if pieces := job.result():
                self.put(pieces)
        except (ValueError, OSError) as problem:
            self.problem = str(problem)


def desk() -> Desk:
    if "desk" not in st.session_state:
        st.session_state["desk"] = Desk()
    found: Desk = st.session_state["desk"]
    return found


def heed_link() -> None:
    """Do what the address or a file asks for, once; what cannot be done is said."""
    here, query = desk(), st.query_params.to_dict()
    if here.given:
        link, here.given = here.given, None
        _heed(link)
        return
    if not query or query == here.query:
        return
    here.query = query
    try:
        link = Link.of(query)
    except ValueError as problem:
        here.notice = f"This address cannot be used: {problem}."
        return
    _heed(link)


def _heed(link: Link) -> None:
    here = desk()
    here.notice = _choose_model(link.model)
    if link.begin and not link.settings:
        begins = f"begins from “{link.begin[:60]}” and has no settings of a piece"
        here.notice += f" The address {begins}: nothing can come of that."
    if link.settings:
        refill(link.settings, link.model, primed=bool(link.begin))
    _find_piece(link)


def _choose_model(name: str) -> str:
    """Have the model of a link chosen; says what is wrong with that."""
    choice = models.find_choice(name) if name else None
    if choice is None:
        return f"There is no model “{name[:80]}” here; this is another one." if name else ""
    models.choose_next(choice.name)
    if "@" in name and choice.name != name:
        wanted, kept = name.partition("@")[2][:40], choice.folder.name
        return f"“{wanted}” of this model is not kept any more; {kept} may write other notes."
    return ""


def _find_piece(link: Link) -> None:
    """Put the piece of a link on the desk, or have it composed again by its settings."""
    here = desk()
    try:
        if link.piece:
            here.put([read_piece(link.piece)])
            return
    except UnknownPiece:
        if not link.settings:
            here.notice = "The piece of this address is not in the history here."
    if link.settings and models.find_choice(link.model):
        here.wanted = link


def show_address() -> None:
    """Make the address of the page the link to the piece that is shown."""
    here = desk()
    if here.piece is None or here.job is not None:
        return
    query = link_to(here.piece).to_query()
    if query != here.query or not st.query_params:
        here.query = query
        st.query_params.from_dict(query)
