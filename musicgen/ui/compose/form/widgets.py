"""The widgets of all settings of a piece."""

from __future__ import annotations

from typing import Any

import pretty_midi
import streamlit as st

from musicgen.composing.originality.report import default_max_copy
from musicgen.composing.settings import RHYTHM_GRIDS
from musicgen.encoding.grid import HIGHEST_KEY, LOWEST_KEY
from musicgen.rendering.note_names import pitch_name
from musicgen.ui.compose.form.state import (
    AS_IT_COMES,
    BOUNDS,
    CHARACTERS,
    DENSITIES,
    KEYS,
    METRES,
    PROGRAMS,
    another_seed,
    keep_seed,
    keep_within,
    set_character,
    set_temperature,
    was_kept_within,
    widget,
)
from musicgen.ui.compose.models import Opened

CANDIDATES = (1, 4, 8, 16, 32)
MOST_SHOWN = 8  # variations


def main_widgets() -> None:
    """Length, character, key, instrument, tempo."""
    left, right = st.columns(2)
    with left:
        _number("bars", "Bars", step=4)
    with right:
        _number(
            "tempo", "Tempo", step=4.0, format="%g", placeholder="auto",
            help="Quarters a minute. Auto: the beginning's own, or what is usual.",
        )  # fmt: skip
    st.segmented_control(
        "Character", list(CHARACTERS), on_change=set_temperature, **widget("character"),
        help="How far from the likeliest the music may go: the temperature, in words.",
    )  # fmt: skip
    st.selectbox("Key", KEYS, format_func=lambda key: key or "Any key", **widget("key"))
    st.selectbox("Instrument", PROGRAMS, format_func=program_name, **widget("program"))
    st.slider("Variations", 1, MOST_SHOWN, **widget("variations"))


def sampling_widgets() -> None:
    """Temperature, top-p, top-k, best of many."""
    st.slider(
        "Temperature", *BOUNDS["temperature"], step=0.05, on_change=set_character,
        **widget("temperature"),
        help="1 draws as the model has learned, 0 always takes the likeliest.",
    )  # fmt: skip
    st.slider(
        "Top-p", *BOUNDS["top_p"], step=0.01, **widget("top_p"),
        help="Draw from the likeliest values that have this chance together.",
    )  # fmt: skip
    _number(
        "top_k", "Top-k", step=1,
        help="Draw from so many of the likeliest values; 0 draws from all.",
    )  # fmt: skip
    st.select_slider(
        "Choose from", CANDIDATES, **widget("candidates"),
        format_func=lambda n: f"{n} composed" if n > 1 else "as they come",
        help="Compose more than asked for and keep the best: usual for the collection, original, "
        "not caught in a figure.",
    )  # fmt: skip


def rule_widgets(opened: Opened, primed: bool) -> None:
    """Range, density, rhythm grid, metre, copying. primed: a beginning is given."""
    timeless = opened.engine.encoding.name == "notes"
    why = "This model knows nothing of time: its notes are half a quarter each."
    keys = range(LOWEST_KEY, HIGHEST_KEY + 1)
    for column, name in zip(st.columns(2), ("lowest", "highest"), strict=True):
        with column:
            st.selectbox(f"{name.capitalize()} note", keys, format_func=pitch_name, **widget(name))
    st.select_slider(
        "Density", list(DENSITIES), format_func=DENSITIES.__getitem__, disabled=timeless,
        help=why if timeless else "Each step halves or doubles the odds of onsets far apart.",
        **widget("density"),
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        st.selectbox(
            "Rhythm grid", list(RHYTHM_GRIDS), disabled=timeless,
            help=why if timeless else "Where in a bar notes may begin and end.", **widget("grid"),
        )  # fmt: skip
    with right:
        own = "The beginning has its own." if primed else "Auto: what is usual in the collection."
        st.selectbox(
            "Metre", METRES, format_func=lambda metre: metre or "auto",
            disabled=timeless or primed, help=why if timeless else own, **widget("metre"),
        )  # fmt: skip
    st.toggle(
        "Close on the tonic", disabled=timeless, **widget("closes"),
        help=why if timeless else "The last two bars are drawn in several ways, and one that ends "
        "on a long chord of the key's tonic is kept.",
    )  # fmt: skip
    st.toggle(
        "Upbeat, key and parts as usual", **widget("usual"),
        help="An upbeat as often as the collection's pieces have one, moved into one of their "
        "usual keys; and where they are written in parts, so is the piece, with next to no "
        "parallel fifths and octaves and few clashes. Off: the notes as they are drawn.",
    )  # fmt: skip
    _copy_widgets(opened)


def seed_widgets() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _number("seed", "Seed", step=1, on_change=keep_seed, args=())
        st.button(
            "", icon=":material/casino:", on_click=another_seed, key="ask-dice",
            help="Another seed", width=48,
        )  # fmt: skip
    st.toggle(
        "Keep this seed", **widget("same"),
        help="The same seed and settings give the same notes. Off, each click has a new seed.",
    )  # fmt: skip


def program_name(program: int) -> str:
    if program == AS_IT_COMES:
        return "As it comes"
    return f"{program + 1} {pretty_midi.program_to_instrument_name(program)}"


def _number(name: str, label: str, **options: Any) -> None:
    """A number within bounds. Streamlit would refuse others, but compose with the last one."""
    told: dict[str, Any] = {"on_change": keep_within, "args": (name,), **options, **widget(name)}
    st.number_input(label, **told)
    if was_kept_within(name):
        low, high = BOUNDS[name]
        st.caption(f":orange[{label}: from {low:,} to {high:,}]")


def _copy_widgets(opened: Opened) -> None:
    index = opened.profile.index
    st.toggle(
        "Forbid copying", disabled=index is None, **widget("guarded"),
        help="No longer stretch of the training pieces, in whatever key, than so many notes."
        if index else "This model came without an index of its training pieces.",
    )  # fmt: skip
    own = default_max_copy(index) if index else None
    _number(
        "max_copy", "Longest copy, notes", step=1, disabled=index is None,
        placeholder=f"auto: {own}" if own else "",
        help="Auto: as many as pieces of this collection have in common with each other.",
    )  # fmt: skip
