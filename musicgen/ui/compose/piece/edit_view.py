"""Going on from a piece: its bars composed again, continued, varied."""

from __future__ import annotations

import secrets
from dataclasses import replace

import streamlit as st

from musicgen.composing.decoding.sampling import MAX_TEMPERATURE
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.settings import MAX_BARS, ComposeSettings
from musicgen.score import Score, first_bar_number
from musicgen.ui.compose import start
from musicgen.ui.compose.form.prompt import Begin, linked_begin
from musicgen.ui.compose.form.state import DICE
from musicgen.ui.compose.models import Opened, find_opened
from musicgen.ui.compose.session import desk
from musicgen.ui.shared.text import escape, format_length

WILDER = 0.15  # of temperature
MORE = 8  # bars


def change_view(piece: SavedPiece, score: Score) -> None:
    """Continue, vary, compose bars again."""
    opened = find_opened(piece.checkpoint)
    if opened is None:
        st.info("The model that wrote this piece is not here any more, so it cannot go on with it.")
        return
    st.markdown("**Some bars again**, to fit what stands before and after them")
    if opened.engine.encoding.name == "notes":
        st.caption("This model knows nothing of bars: it cannot write some of them again.")
    else:
        first = first_bar_number(score.metres)
        last = first + score.bars - 1
        st.caption("Choose bars here, or drag over them in the ruler of the player above.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            begin = int(st.number_input("From bar", first, last, key="again-first", width=140))
            end = int(st.number_input("to bar", begin, last, key="again-last", width=140))
            rewrite_button(piece, score, begin - first, end - first, key="rewrite")
    _continue(opened, piece, score)
    _vary(opened, piece)


def rewrite_button(piece: SavedPiece, score: Score, first: int, last: int, key: str) -> None:
    """Offers to compose bars again, counted from 0 and both included."""
    bars = start.bars_in_words(score, first, last)
    if st.button(f"Compose {bars} again", icon=":material/autorenew:", key=key):
        opened = find_opened(piece.checkpoint)
        if opened is None:
            desk().problem = "The model that wrote this piece is not here any more."
        else:
            seed = secrets.randbelow(DICE)
            start.start_rewrite(opened, piece, score, first, last, seed)
        st.rerun()


def _continue(opened: Opened, piece: SavedPiece, score: Score) -> None:
    st.markdown("**Continue it**")
    room = MAX_BARS - score.bars
    if room < 1:
        st.caption("It is as long as a piece can be.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        more = int(st.number_input("Bars more", 1, room, min(MORE, room), key="more", width=140))
        if st.button("Continue", icon=":material/start:", key="continue"):
            settings = replace(
                piece.settings,
                bars=score.bars + more,
                notes=None,
                seed=secrets.randbelow(DICE),
                variations=1,
                metre=None,
            )
            words = f"all {format_length(score)} of {piece.name}"
            begin = Begin(score, words, f"piece:{piece.id}:{score.bars}")
            _started(opened, settings, begin, 0)


def _vary(opened: Opened, piece: SavedPiece) -> None:
    st.markdown("**Vary it**: the same seed, another temperature")
    begin = piece.facts.get("begin")
    if not isinstance(begin, str):
        st.caption("It was not made by its settings alone, so they do not lead back to it.")
        return
    temperature = piece.settings.temperature
    with st.container(horizontal=True):
        for word, change in (("calmer", -WILDER), ("wilder", WILDER)):
            other = round(min(max(temperature + change, 0.0), MAX_TEMPERATURE), 2)
            if st.button(f"{word.capitalize()} ({other:g})", key=word):
                try:
                    given = linked_begin(begin) if begin else Begin()
                except ValueError as problem:
                    st.warning(escape(str(problem)))
                    return
                settings = replace(piece.settings, temperature=other, variations=1, transpose=None)
                _started(opened, settings, given, piece.variation)


def _started(opened: Opened, settings: ComposeSettings, begin: Begin, variation: int) -> None:
    start.start_one(opened, settings, begin, variation)
    st.rerun()
