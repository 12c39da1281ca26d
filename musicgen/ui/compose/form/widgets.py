"""Widgets of all settings of a piece."""

from __future__ import annotations

from functools import partial
from typing import Any

import pretty_midi
import streamlit as st

from musicgen.composing.originality.report import default_max_copy
from musicgen.composing.settings import MAX_CHORDS_TEXT, RHYTHM_GRIDS
from musicgen.encoding.grid import HIGHEST_KEY, LOWEST_KEY
from musicgen.rendering.note_names import key_label, pitch_name
from musicgen.theory.harmony.progressions import (
    ProgressionError,
    parse_progression,
    progression_text,
)
from musicgen.ui.compose.form.state import (
    ANY_PROGRAM,
    BOUNDS,
    CANDIDATES_OF_MODEL,
    CHARACTERS,
    DENSITIES,
    KEYS,
    METRES,
    PROGRAMS,
    clamp_value,
    draw_and_keep_seed,
    keep_typed_seed,
    pop_clamped,
    update_character,
    update_temperature,
    widget_options,
)
from musicgen.ui.compose.models import OpenModel
from musicgen.ui.shared.text import escape

CANDIDATES = (CANDIDATES_OF_MODEL, 1, 4, 8, 16, 32)
MAX_VARIATIONS = 8
WITHOUT_TIME = "This model knows no rhythm: each of its notes lasts half a quarter."
KEY_OF_PARTS = (
    "The key that this model writes in. In major and minor it may leave the scale, as the "
    "collection's pieces do; of other scales it takes only the notes."
)
INSTRUMENTS_OF_PARTS = (
    "As in the collection: the instruments of one of its pieces. Or one for all parts but drums."
)
STYLE = (
    "Upbeat, key and parts of the collection",
    "An upbeat as often as the collection's pieces have one, and one of their keys. "
    "Where they are written in parts, so is the piece, with hardly any parallel fifths and "
    "octaves and few clashes. Off: the notes as the model draws them.",
)
STYLE_OF_PARTS = (
    "Upbeat and form of the collection",
    "An upbeat as often as the collection's pieces have one and, where they repeat bars, the form "
    "of one of them; few parallel fifths and octaves where its pieces have few. The parts are "
    "always those of one of its pieces.",
)
IN_SECONDS = "This model learned from performances: it plays in seconds, without beats and bars."


def main_widgets(opened: OpenModel) -> None:
    """Length, tempo, character, key, instrument, variations."""
    in_seconds = not opened.model.encoding.grid.has_bars
    left, right = st.columns(2)
    with left:
        _number_input(
            "bars", "Times 2 seconds" if in_seconds else "Bars", step=4,
            help=IN_SECONDS if in_seconds else None,
        )  # fmt: skip
    with right:
        _number_input(
            "tempo", "Tempo", step=4.0, format="%g", placeholder="auto", disabled=in_seconds,
            help=IN_SECONDS if in_seconds else "Quarters a minute. Auto: the tempo of the "
            "beginning, or the collection's most common one.",
        )  # fmt: skip
    st.segmented_control(
        "Character", list(CHARACTERS), on_change=update_temperature, **widget_options("character"),
        help="How far the music may stray from the likeliest notes: the temperature, in words.",
    )  # fmt: skip
    knows_parts = opened.knows_parts
    st.selectbox(
        "Key", KEYS, format_func=lambda key: key_label(key) or "Any key", **widget_options("key"),
        help=KEY_OF_PARTS if knows_parts else None,
    )  # fmt: skip
    any_program = "As in the collection" if knows_parts else "As it comes"
    st.selectbox(
        "Instrument", PROGRAMS, **widget_options("program"),
        format_func=partial(_instrument_label, any_program),
        help=INSTRUMENTS_OF_PARTS if knows_parts else None,
    )  # fmt: skip
    if opened.knows_chords:
        _chord_widgets()
    st.slider("Variations", 1, MAX_VARIATIONS, **widget_options("variations"))


def _chord_widgets() -> None:
    """Field of a chord progression, with what is wrong in it, and how closely it is followed."""
    chords = st.text_input(
        "Chords", placeholder="C | Am7 | F G", max_chars=MAX_CHORDS_TEXT,
        help="Bars between strokes, or a chord for each bar without them: C Am F G. They are "
        "repeated until the piece ends. % repeats a bar, / a chord, N.C. is none. Ninths and the "
        "like are read as the chord that they extend. Empty: the model finds its own.",
        **widget_options("chords"),
    )  # fmt: skip
    if not chords:
        return
    try:
        read = progression_text(parse_progression(chords))
    except ProgressionError as error:
        st.caption(f":red[{escape(str(error), 400)}]")
        return
    if read.replace("|", " ").split() != chords.replace("|", " ").split():
        st.caption(f"Read as {escape(read, 400)}")
    st.slider(
        "Keep to the chords", *BOUNDS["chord_strength"], step=0.25,
        help="0: as the model has learned; more: fewer other notes on the beats.",
        **widget_options("chord_strength"),
    )  # fmt: skip


def sampling_widgets(opened: OpenModel) -> None:
    """Temperature, top-p, top-k, number of candidates."""
    st.slider(
        "Temperature", *BOUNDS["temperature"], step=0.05, on_change=update_character,
        **widget_options("temperature"),
        help="1 draws as the model has learned, 0 always takes the likeliest.",
    )  # fmt: skip
    st.slider(
        "Top-p", *BOUNDS["top_p"], step=0.01, **widget_options("top_p"),
        help="Draw from the likeliest values whose probabilities add up to this.",
    )  # fmt: skip
    _number_input(
        "top_k", "Top-k", step=1,
        help="Draw from this many of the likeliest values; 0 draws from all.",
    )  # fmt: skip
    of_model = _candidates_label(opened.composer.candidates())
    st.select_slider(
        "Choose from", CANDIDATES, **widget_options("candidates"),
        format_func=lambda n: _candidates_label(n) if n else f"auto: {of_model}",
        help="Compose more pieces than are shown and show the best: typical of the "
        "collection, original, and not repeating one figure over and over. Auto: as they come "
        "from a model with a critic, which chooses while a piece is drawn.",
    )  # fmt: skip


def rule_widgets(opened: OpenModel, has_prompt: bool) -> None:
    """Range, density, rhythm grid, metre, ending, style, copying."""
    without_time = opened.model.encoding.name == "notes"
    in_seconds = not opened.model.encoding.grid.has_bars
    without_beats = WITHOUT_TIME if without_time else IN_SECONDS if in_seconds else ""
    _range_widgets()
    st.select_slider(
        "Density", list(DENSITIES), format_func=DENSITIES.__getitem__, disabled=without_time,
        help=WITHOUT_TIME if without_time
        else "Each step halves or doubles the odds of long gaps between notes.",
        **widget_options("density"),
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        st.selectbox(
            "Rhythm grid", list(RHYTHM_GRIDS), disabled=bool(without_beats),
            help=without_beats or "Where in a bar notes may begin and end.",
            **widget_options("grid"),
        )  # fmt: skip
    with right:
        origin = "The beginning's." if has_prompt else "Auto: the collection's most common one."
        st.selectbox(
            "Metre", METRES, format_func=lambda metre: metre or "auto",
            disabled=bool(without_beats) or has_prompt, help=without_beats or origin,
            **widget_options("metre"),
        )  # fmt: skip
    _style_widgets(without_beats, opened.knows_parts)
    _copy_widgets(opened)


def seed_widgets() -> None:
    """Seed, a button that draws another one, and whether to keep it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _number_input("seed", "Seed", step=1, on_change=keep_typed_seed, args=())
        st.button(
            "Another", icon=":material/casino:", on_click=draw_and_keep_seed, key="draw-seed",
            help="Draw another seed",
        )  # fmt: skip
    st.toggle(
        "Keep this seed", **widget_options("keep_seed"),
        help="The same seed and settings give the same notes. Off: a new seed per piece.",
    )  # fmt: skip


def _candidates_label(count: int) -> str:
    return f"{count} composed" if count > 1 else "as they come"


def _instrument_label(any_program: str, program: int) -> str:
    """any_program: the label where none is chosen."""
    if program == ANY_PROGRAM:
        return any_program
    return f"{program + 1} {pretty_midi.program_to_instrument_name(program)}"


def _number_input(name: str, label: str, **options: Any) -> None:
    """Number field with bounds.

    Streamlit's own bounds would reject a number beyond them and compose with the last valid one.
    """
    defaults: dict[str, Any] = {"on_change": clamp_value, "args": (name,)}
    st.number_input(label, **{**defaults, **options, **widget_options(name)})
    if pop_clamped(name):
        low, high = BOUNDS[name]
        st.caption(f":orange[{label}: from {low:,} to {high:,}]")


def _range_widgets() -> None:
    pitches = range(LOWEST_KEY, HIGHEST_KEY + 1)
    for column, name in zip(st.columns(2), ("lowest", "highest"), strict=True):
        label = f"{name.capitalize()} note"
        with column:
            st.selectbox(
                label, pitches, format_func=partial(pitch_name, sharps=0), **widget_options(name)
            )


def _style_widgets(without_beats: str, knows_parts: bool) -> None:
    """without_beats: why the model has none; empty if it has."""
    st.toggle(
        "Close on the tonic", disabled=bool(without_beats), **widget_options("close"),
        help=without_beats or "Draw the last two bars several times and keep an ending with a long "
        "chord on the tonic.",
    )  # fmt: skip
    label, help_text = STYLE_OF_PARTS if knows_parts else STYLE
    st.toggle(label, **widget_options("collection_style"), help=help_text)


def _copy_widgets(opened: OpenModel) -> None:
    index = opened.profile.index
    st.toggle(
        "Forbid copying", disabled=index is None, **widget_options("copy_guard"),
        help="No passage of a training piece, in any key, longer than the number of notes below."
        if index else "This model came without an index of its training pieces.",
    )  # fmt: skip
    default = default_max_copy(index) if index else None
    _number_input(
        "max_copy", "Longest copy, notes", step=1, disabled=index is None,
        placeholder=f"auto: {default}" if default else "",
        help="Auto: as many as pieces of this collection share with each other.",
    )  # fmt: skip
