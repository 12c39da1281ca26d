"""What a new piece begins from."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from musicgen.composing.bars import bar_start
from musicgen.composing.records.recipe import Recipe, recipe_in
from musicgen.composing.records.saved_pieces import UnknownPiece, list_pieces, read_piece
from musicgen.corpus.errors import CorpusError, UnreadableScore
from musicgen.corpus.readers.formats import FORMATS
from musicgen.corpus.readers.read_score import read_score
from musicgen.paths import BadName
from musicgen.score import Score
from musicgen.ui.compose.form.note_input import notes_text
from musicgen.ui.compose.form.note_text import typed_score
from musicgen.ui.compose.form.restore_offer import restore_offer
from musicgen.ui.compose.piece_cache import score_of
from musicgen.ui.data.choose_collection import collection_names
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.text import format_count, format_length

KIND, BARS = "begin-kind", "begin-bars"
NOTHING, OPENING, FILE = "Nothing", "A piece's opening", "A file"
EARLIER, TYPED = "An earlier one", "Notes"
KINDS = (NOTHING, OPENING, FILE, EARLIER, TYPED)
MOST_EARLIER = 200


@dataclass(frozen=True)
class Begin:
    """A beginning that is given."""

    score: Score | None = None
    words: str = ""
    link: str | None = ""  # how a link says it; None where none can


def choose_begin(source: str) -> Begin:
    """Widgets for the beginning; source: the collection that the model learned from.

    ValueError where what is given cannot be used.
    """
    kind = st.pills(
        "Begin from", KINDS, default=NOTHING, required=True, key=KIND, persist_state="session"
    )
    whole = {OPENING: _piece_of, FILE: _file, EARLIER: _earlier, TYPED: _typed}
    if kind not in whole:
        return Begin()
    begin = whole[kind](source)
    if begin.score is None or kind == TYPED:
        return begin
    score, most = begin.score, max(1, begin.score.full_bars)
    st.caption(f"{format_length(score)}, {format_count(len(score), 'note')}")
    bars = int(st.number_input("Bars of it", 1, most, min(4, most), key=f"{BARS}-{begin.words}"))
    return _opening(begin, bars + score.has_pickup)


def linked_begin(link: str) -> Begin:
    """What a link says; ValueError where there is no such thing here."""
    kind, _, rest = link.partition(":")
    try:
        if kind == "notes":
            return Begin(typed_score(rest), f"the notes {rest[:60]}", link)
        where, _, bars = rest.rpartition(":")
        if kind == "piece":
            return _opening(_kept(where), int(bars))
        if kind == "collection":
            collection, _, name = where.partition("/")
            return _opening(_of_collection(collection, name), int(bars))
    except (CorpusError, UnknownPiece, BadName, ValueError, OSError) as problem:
        raise ValueError(f"the piece's beginning is not here: {problem}") from None
    raise ValueError(f"'{link[:60]}' is no beginning of a piece")


def _opening(begin: Begin, bars: int) -> Begin:
    """The first bars of what is given, an upbeat counted."""
    assert begin.score is not None
    counted = bars - begin.score.has_pickup
    part = f"first {format_count(counted, 'bar')}" if counted else "upbeat"
    words = f"the {part} of {begin.words}"
    link = f"{begin.link}:{bars}" if begin.link else None
    return Begin(first_bars(begin.score, bars), words, link)


def first_bars(score: Score, bars: int) -> Score:
    """The notes that begin in the first bars, cut where those end."""
    return score.until(bar_start(score.metres, bars))


def _piece_of(source: str) -> Begin:
    names = collection_names()
    index = names.index(source) if source in names else 0
    collection = str(st.selectbox("Collection", names, index=index, key="begin-collection"))
    analysis = open_collection(collection)
    pieces = sorted(score.name for score in analysis.scores)
    if not pieces:
        raise ValueError("that collection holds no piece to begin from")
    name = str(st.selectbox("Piece", pieces, key=f"begin-piece-{collection}"))
    return _of_collection(collection, name)


def _of_collection(collection: str, name: str) -> Begin:
    if collection not in collection_names():  # a path, which a link must not have read
        raise ValueError(f"there is no collection '{collection[:80]}'")
    scores = {score.name: score for score in reversed(open_collection(collection).scores)}
    if name not in scores:
        raise ValueError(f"'{collection}' has no piece '{name[:80]}'")
    return Begin(scores[name], name, f"collection:{collection}/{name}")


def _file(source: str) -> Begin:
    endings = [ending.removeprefix(".") for ending in FORMATS]
    st.file_uploader("A MIDI file or a score", endings, key="begin-file", on_change=_take_file)
    if problem := st.session_state.get("_begin_problem"):
        raise ValueError(problem)
    begin: Begin | None = st.session_state.get("_begin_file")
    if begin is None:
        raise ValueError("choose a file to begin from")
    recipe: Recipe | None = st.session_state.get("_begin_recipe")
    if recipe is not None:
        restore_offer(recipe, KIND, NOTHING)
    return begin


def _take_file() -> None:
    """Read what was uploaded at once: the uploader forgets it with the page."""
    file = st.session_state.get("begin-file")
    for name in ("_begin_file", "_begin_recipe", "_begin_problem"):
        st.session_state[name] = None
    if file is None:
        return
    try:
        score = read_score(file.getvalue(), file.name)
        st.session_state["_begin_file"] = Begin(score, file.name, None)
        st.session_state["_begin_recipe"] = recipe_in(file.getvalue())
    except UnreadableScore as problem:
        st.session_state["_begin_problem"] = f"{file.name} cannot be used: {problem}"


def _earlier(source: str) -> Begin:
    pieces = {piece.id: piece for piece in list_pieces()[:MOST_EARLIER]}
    if not pieces:
        raise ValueError("there is no earlier piece yet")
    chosen = st.selectbox(
        "Piece", list(pieces), key="begin-earlier", format_func=lambda id: pieces[id].name
    )
    return _kept(str(chosen))


def _kept(piece_id: str) -> Begin:
    piece = read_piece(piece_id)
    return Begin(score_of(piece), piece.name, f"piece:{piece.id}")


def _typed(source: str) -> Begin:
    words = notes_text()
    return Begin(typed_score(words), f"the notes {words[:60]}", f"notes:{words}")
