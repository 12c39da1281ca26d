"""Takes of the piece that is shown: contact sheet of variations, tree of what was made of what."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from musicgen.composing.records import saved_pieces
from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece, list_pieces
from musicgen.composing.records.takes import takes_of
from musicgen.errors import MusicgenError
from musicgen.files import message_of
from musicgen.score import Score
from musicgen.ui.components.score_json import sound_json, time_json
from musicgen.ui.components.takes import TakeAction, takes_list
from musicgen.ui.compose.edited_document import names_json
from musicgen.ui.compose.form.prompt import Prompt, prompt_from_link
from musicgen.ui.compose.form.state import MAX_DRAWN_SEED
from musicgen.ui.compose.history.compare import compare
from musicgen.ui.compose.models import find_open_model
from musicgen.ui.compose.piece_cache import score_of
from musicgen.ui.compose.piece_facts import longest_shared, originality_of
from musicgen.ui.compose.session import current_session
from musicgen.ui.compose.start import start_composing
from musicgen.ui.server import sound_files
from musicgen.ui.shared.text import score_facts

SHEET_TAKES = 8
MAX_TREE_TAKES = 60
MAX_SMALL_NOTES = 4000  # that a small roll draws and plays
OPEN, STAR, DROP, MORE, COMPARE = "open", "star", "drop", "more", "compare"
SHEET_ACTIONS = {OPEN: "Open", STAR: "Star", DROP: "Drop", MORE: "More like this"}
TREE_ACTIONS = {OPEN: "Go back to it", STAR: "Star", COMPARE: "Compare", MORE: "More like this"}
_COMPARED = "_takes_compared"  # session state: id of a take to compare on the next run


def takes_view(piece: SavedPiece, score: Score) -> None:
    """Show the variations of the last request and the tree of takes, and act on their buttons."""
    session = current_session()
    if st.button(f"{SHEET_TAKES} takes like this", icon=":material/grid_view:", key="eight-takes"):
        _more_like(piece)
        st.rerun()
    if len(session.pieces) > 1:
        st.markdown("**Contact sheet**")
        sheet = [take_json(shown, piece, 0, "") for shown in session.pieces]
        for number, take in enumerate(sheet, 1):  # several may have the same name
            take["name"] = f"{number}. {take['name']}"
        _act(_show(sheet, SHEET_ACTIONS, "Contact sheet", "contact-sheet"))
    takes = takes_of(list_pieces(), piece.id)[:MAX_TREE_TAKES]
    if len(takes) < 2:
        st.caption("Edits of this piece, continuations and bars composed again are shown here.")
        return
    st.markdown("**Tree of takes**")
    tree = [take_json(take.piece, piece, take.depth, take.origin) for take in takes]
    _act(_show(tree, TREE_ACTIONS, "Tree of takes", "takes-tree", is_tree=True))
    _compare(piece)


def _show(
    takes: Sequence[dict[str, Any]],
    actions: dict[str, str],
    label: str,
    key: str,
    is_tree: bool = False,
) -> TakeAction | None:
    colours = names_json()["colours"]
    return takes_list(takes, actions, label, sound_files.address(), colours, key, is_tree=is_tree)


def take_json(take: SavedPiece, shown: SavedPiece, depth: int, origin: str) -> dict[str, Any]:
    """A take as the browser draws and plays it."""
    entry = {
        "id": take.id,
        "name": take.name,
        "origin": origin,
        "depth": depth,
        "starred": take.starred,
        "isShown": take.id == shown.id,
    }
    try:
        score = score_of(take)
    except UnknownPiece:
        score = Score()
    rows = score.notes[["start", "duration", "pitch", "velocity", "part"]][:MAX_SMALL_NOTES]
    return {
        **entry,
        **time_json(score),
        "line": _figures(take, score),
        "rows": rows.tolist(),
        **sound_json(score),
    }


def _figures(take: SavedPiece, score: Score) -> str:
    """One line: length, notes, and the longest passage that training pieces have too."""
    parts = score_facts(score)
    if report := originality_of(take):
        parts.append(f"longest shared passage: {longest_shared(report)}")
    return " · ".join(parts)


def _act(action: TakeAction | None) -> None:
    """Do what a button says, and redraw the page."""
    if action is None:
        return
    session = current_session()
    try:
        take = saved_pieces.read_piece(action.take)
        if action.action == OPEN:
            _open(take)
        elif action.action == STAR:
            starred = saved_pieces.star(take.id, not take.starred)
            session.pieces = tuple(starred if p.id == take.id else p for p in session.pieces)
        elif action.action == DROP:
            saved_pieces.delete(take.id)
            session.show([piece for piece in session.pieces if piece.id != take.id])
        elif action.action == MORE:
            _more_like(take)
        else:
            st.session_state[_COMPARED] = take.id
    except MusicgenError as error:
        session.error = message_of(error)
    st.rerun()


def _open(take: SavedPiece) -> None:
    """Show a take; one of the contact sheet stays among the others."""
    session = current_session()
    ids = [piece.id for piece in session.pieces]
    if take.id in ids:
        session.shown_index = ids.index(take.id)
        st.session_state.pop(f"variation-of-{ids[0]}", None)
    else:
        session.show([take])
    session.piece_to_restore = take


def _more_like(take: SavedPiece) -> None:
    """Compose eight takes with the settings and the beginning of one, from another seed."""
    opened = find_open_model(take.checkpoint)
    if opened is None:
        current_session().error = "The model of this piece was deleted."
        return
    begin = take.facts.get("begin")
    prompt = prompt_from_link(begin) if isinstance(begin, str) and begin else Prompt()
    seed = secrets.randbelow(MAX_DRAWN_SEED)
    settings = replace(take.settings, seed=seed, variations=SHEET_TAKES)
    start_composing(opened, settings, prompt, SHEET_TAKES, parent=take.id)


def _compare(shown: SavedPiece) -> None:
    """Compare in a dialog, which is in view wherever the person is in a long tree."""
    other = st.session_state.pop(_COMPARED, None)
    if not isinstance(other, str) or other == shown.id:
        return
    with suppress(UnknownPiece):
        pieces = [saved_pieces.read_piece(other), shown]
        st.dialog("Two takes", width="large")(compare)(pieces, key="two-takes")
