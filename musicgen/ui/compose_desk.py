"""What lies on one person's desk: the pieces just composed, and the one that is written now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import streamlit as st

from musicgen.composing.compose import OnBar, Stop, compose
from musicgen.composing.history import KeptPiece, UnknownPiece, keep, kept_piece
from musicgen.composing.studio import Piece, compose_pieces, judged, resolved
from musicgen.rendering.midi import midi_bytes
from musicgen.ui import compose_ask, compose_models
from musicgen.ui.compose_begin import Begin, linked_begin
from musicgen.ui.compose_job import Job
from musicgen.ui.compose_link import Link, link_to
from musicgen.ui.compose_models import Opened
from musicgen.ui.words import plain


@dataclass
class Desk:
    """Of one browser tab."""

    batch: tuple[KeptPiece, ...] = ()  # the best first
    shown: int = 0  # which of them
    job: Job[tuple[KeptPiece, ...]] | None = None
    problem: str = ""  # why the last piece could not be composed
    wanted: Link | None = None  # a piece to compose, that a link asks for
    query: dict[str, str] = field(default_factory=dict)  # last seen or written

    @property
    def piece(self) -> KeptPiece | None:
        return self.batch[min(self.shown, len(self.batch) - 1)] if self.batch else None

    def put(self, pieces: Sequence[KeptPiece]) -> None:
        """Pieces to look at, in place of those that were there."""
        self.batch, self.shown = tuple(pieces), 0


def desk() -> Desk:
    if "desk" not in st.session_state:
        st.session_state["desk"] = Desk()
    found: Desk = st.session_state["desk"]
    return found


def heed_link() -> None:
    """Do what the address asks for, once; what cannot be done is said."""
    here, query = desk(), st.query_params.to_dict()
    if not query or query == here.query:
        return
    here.query = query
    try:
        link = Link.of(query)
    except ValueError as problem:
        st.warning(f"The link cannot be used: {plain(str(problem))}")
        return
    if link.model:
        compose_models.choose_next(link.model)
    if link.settings:
        compose_ask.fill(link.settings)
    try:
        here.put([kept_piece(link.piece)])
    except UnknownPiece:
        here.wanted = link if link.settings else None
        if link.piece and not link.settings:
            st.warning("The piece of the link is not in the history here.")


def show_address() -> None:
    """Make the address of the page the link to the piece that is shown."""
    here = desk()
    if here.piece is None:
        return
    query = link_to(here.piece).to_query()
    if query != here.query or not st.query_params:
        here.query = query
        st.query_params.from_dict(query)


def start(opened: Opened, asked: compose_ask.Asked, begin: Begin) -> None:
    """Begin to compose what is asked for."""
    settings, here = asked.settings, desk()
    here.problem = ""

    def work(on_bar: OnBar, stop: Stop) -> tuple[KeptPiece, ...]:
        pieces = compose_pieces(
            opened.engine,
            opened.background,
            settings,
            begin.score,
            candidates=asked.candidates,
            on_bar=on_bar,
            stop=stop,
        )
        return tuple(kept(opened, piece, begin) for piece in pieces)

    here.job = Job(work, settings.bars or 0)


def start_linked(opened: Opened) -> None:
    """Begin to compose the one piece that a link asks for."""
    here = desk()
    link, here.wanted = here.wanted, None
    assert link is not None and link.settings is not None
    settings, known = resolved(link.settings, opened.background), opened.background
    begin = linked_begin(link.begin) if link.begin else Begin()

    def work(on_bar: OnBar, stop: Stop) -> tuple[KeptPiece, ...]:
        (composition,) = compose(
            opened.engine,
            settings,
            begin.score,
            on_bar,
            stop,
            index=known.index,
            variations=[link.variation],
        )
        return (kept(opened, judged(composition, known), begin),)

    here.job = Job(work, settings.bars or 0)


def take_result() -> None:
    """Put what was composed on the desk, or say why there is nothing."""
    here = desk()
    job, here.job = here.job, None
    assert job is not None
    try:
        here.put(job.result())
    except (ValueError, OSError) as problem:
        here.problem = str(problem)


def kept(opened: Opened, piece: Piece, begin: Begin) -> KeptPiece:
    """The piece, written into the history."""
    composition = piece.composition
    settings, run = composition.settings, opened.choice.run
    name = f"{run.name} {settings.seed}"
    if composition.variation:
        name += f".{composition.variation + 1}"
    return keep(
        midi_bytes(replace(piece.score, name=name), name),
        opened.choice.name,
        settings,
        composition.variation,
        {**piece.facts(), "begin": begin.link},
        datetime.now(UTC),
        primer=begin.words,
        name=name,
    )

