"""Edits of a piece: some bars composed again, more bars, another temperature."""

from __future__ import annotations

import secrets
from dataclasses import replace

import streamlit as st

from musicgen.composing.decoding.sampling import MAX_TEMPERATURE
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.resolved_settings import settings_of_finished
from musicgen.composing.settings import MAX_BARS, ComposeSettings
from musicgen.errors import MusicgenError
from musicgen.files import message_of
from musicgen.metres import first_bar_number
from musicgen.score import Score
from musicgen.ui.compose.form.prompt import Prompt, prompt_from_link
from musicgen.ui.compose.form.state import MAX_DRAWN_SEED
from musicgen.ui.compose.infill import BarsAgain, start_infill
from musicgen.ui.compose.link import OTHER_NOTES
from musicgen.ui.compose.models import OpenModel, find_open_model
from musicgen.ui.compose.session import current_session
from musicgen.ui.compose.start import start_variation
from musicgen.ui.shared.text import escape, format_length

TEMPERATURE_STEP = 0.15
DEFAULT_MORE_BARS = 8
MAX_VERSIONS = 4
PARTS_KEY, VARIATIONS_KEY = "infill-parts", "infill-variations"


def edit_view(piece: SavedPiece, score: Score) -> None:
    """Widgets that compose bars again, continue the piece, or vary it."""
    opened = find_open_model(piece.checkpoint)
    if opened is None:
        st.info("The model of this piece was deleted, so it cannot go on with it.")
        return
    _infill_widgets(opened, piece, score)
    _continue_widgets(opened, piece, score)
    _vary_widgets(opened, piece)


def infill_button(piece: SavedPiece, score: Score, first_bar: int, last_bar: int, key: str) -> None:
    """Button that composes bars again, counted from 0 and both included.

    The parts, and how many times, are those chosen below it, without those that are locked.
    """
    used = set(score.notes["part"].tolist())
    free = used.difference(current_session().locked_parts(piece))
    if not free:
        st.caption("All parts are locked in the editor, so none is composed again.")
        return
    chosen = free.intersection(st.session_state.get(PARTS_KEY) or ()) or free
    parts = tuple(sorted(chosen)) if chosen != used else None
    variations = int(st.session_state.get(VARIATIONS_KEY, 1))
    again = BarsAgain(first_bar, last_bar, parts, variations)
    if st.button(f"Compose {again.label(score)} again", icon=":material/autorenew:", key=key):
        opened = find_open_model(piece.checkpoint)
        if opened is None:
            current_session().error = "The model of this piece was deleted."
        elif free != used and not opened.knows_given_parts:
            current_session().error = (
                "This model composes all parts of bars together: unlock them in the editor first."
            )
        else:
            start_infill(opened, piece, score, again)
        st.rerun()


def _infill_widgets(opened: OpenModel, piece: SavedPiece, score: Score) -> None:
    what = "seconds" if score.is_performance else "bars"
    st.markdown(f"**Compose {what} again**, to fit the music before and after them")
    if opened.model.encoding.name == "notes":
        st.caption("This model knows no bars, so it cannot compose some of them again.")
        return
    if score.is_performance:
        st.caption("Drag over the times in the player above to choose seconds.")
        return
    _part_widgets(opened, score)
    offset = first_bar_number(score.metres, score.resolution)
    last_bar = offset + score.bars - 1
    st.caption("Choose bars here, or drag over their numbers in the player above.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = int(
            st.number_input(
                "From bar", offset, last_bar, min(1, last_bar), key="infill-first", width=140
            )
        )
        last = int(st.number_input("to bar", first, last_bar, key="infill-last", width=140))
        infill_button(piece, score, first - offset, last - offset, key="infill")


def _part_widgets(opened: OpenModel, score: Score) -> None:
    """Choice of the parts that are composed again, and in how many ways."""
    used = sorted(set(score.notes["part"].tolist()))
    columns = st.columns([3, 1])
    if opened.knows_given_parts and len(used) > 1:
        with columns[0]:
            st.multiselect(
                "Parts", used, key=PARTS_KEY, placeholder="All parts",
                format_func=lambda part: score.parts[part].name or f"Part {part + 1}",
                help="The other parts stay as they are, and are listened to.",
            )  # fmt: skip
    with columns[1]:
        st.number_input(
            "Versions", 1, MAX_VERSIONS, key=VARIATIONS_KEY,
            help="Several, to choose from by ear.",
        )  # fmt: skip


def _continue_widgets(opened: OpenModel, piece: SavedPiece, score: Score) -> None:
    st.markdown("**Continue it**")
    max_more = MAX_BARS - score.bars
    if max_more < 1:
        st.caption("It is as long as a piece can be.")
        return
    default = min(DEFAULT_MORE_BARS, max_more)
    label = "More, times 2 seconds" if score.is_performance else "More bars"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        more = int(st.number_input(label, 1, max_more, default, key="more", width=140))
        clicked = st.button("Continue", icon=":material/start:", key="continue")
    if clicked:
        settings = continuation_settings(piece.settings, score, score.bars + more)
        description = f"all {format_length(score)} of {piece.name}"
        prompt = Prompt(score, description, f"piece:{piece.id}:{score.bars}")
        start_variation(opened, settings, prompt, parent=piece.id)
        st.rerun()


def continuation_settings(settings: ComposeSettings, score: Score, bars: int) -> ComposeSettings:
    """Settings that continue a finished piece up to this many bars, in its own key and metre."""
    return replace(
        settings_of_finished(settings, score),
        bars=bars,
        notes=None,
        seed=secrets.randbelow(MAX_DRAWN_SEED),
        variations=1,
        metre=None,
    )


def _vary_widgets(opened: OpenModel, piece: SavedPiece) -> None:
    st.markdown("**Vary it**: the same seed, another temperature")
    link = piece.facts.get("begin")
    if not isinstance(link, str):
        st.caption(
            "It was edited, or some of its bars were composed again: its settings alone do not "
            "make it, so they cannot vary it."
        )
        return
    if piece.settings.draws_other_notes:
        st.caption(f"It was composed by an earlier version, and {OTHER_NOTES}.")
        return
    with st.container(horizontal=True):
        for key, change in (("calmer", -TEMPERATURE_STEP), ("wilder", TEMPERATURE_STEP)):
            changed = piece.settings.sampling("").temperature + change
            temperature = round(min(max(changed, 0.0), MAX_TEMPERATURE), 2)
            if st.button(f"{key.capitalize()} ({temperature:g})", key=key):
                _start_variation_of(opened, piece, link, temperature)


def _start_variation_of(
    opened: OpenModel, piece: SavedPiece, link: str, temperature: float
) -> None:
    try:
        prompt = prompt_from_link(link) if link else Prompt()
    except MusicgenError as error:
        st.warning(escape(message_of(error)))
        return
    settings = replace(piece.settings, temperature=temperature, variations=1, transpose=None)
    start_variation(opened, settings, prompt, piece.variation, parent=piece.id)
    st.rerun()
