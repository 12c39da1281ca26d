"""What is asked of the composer: the widgets of all settings, and back from settings to them."""

from __future__ import annotations

import secrets
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import pretty_midi
import streamlit as st

from musicgen.composing.originality import default_max_copy
from musicgen.composing.scales import SCALES
from musicgen.composing.settings import (
    LEAST_COPY,
    MOST_BARS,
    MOST_COPY,
    MOST_SEED,
    RHYTHM_GRIDS,
    ComposeSettings,
)
from musicgen.encoding.grid import HIGHEST_KEY, LOWEST_KEY
from musicgen.rendering.words import pitch_name
from musicgen.ui.compose_models import Opened

CHARACTERS = {"Calm": 0.8, "Balanced": ComposeSettings.temperature, "Wild": 1.15}  # temperatures
KEY_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
ANY = ""
KEYS = (ANY, *(f"{tonic} {scale}" for scale in SCALES for tonic in KEY_TONICS))
METRES = (ANY, "4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "2/2", "3/2", "5/4", "7/8")
AS_IT_COMES = -1
PROGRAMS = (AS_IT_COMES, *range(128))
CANDIDATES = (1, 4, 8, 16, 32)
MOST_SHOWN = 8  # variations
DICE = 1_000_000  # seeds that the dice throws: short enough to be read out
DENSITIES = {-2.0: "sparse", -1.0: "sparser", 0.0: "as it comes", 1.0: "denser", 2.0: "dense"}

_OWN = ComposeSettings()  # what the composer does of itself

_DEFAULTS: dict[str, Any] = {
    "bars": _OWN.bars,
    "character": "Balanced",
    "key": ANY,
    "program": AS_IT_COMES,
    "tempo": None,
    "variations": 1,
    "temperature": _OWN.temperature,
    "top_p": _OWN.top_p,
    "top_k": _OWN.top_k,
    "candidates": 4,
    "lowest": LOWEST_KEY,
    "highest": HIGHEST_KEY,
    "density": 0.0,
    "grid": "any",
    "metre": ANY,
    "guarded": True,
    "max_copy": None,
    "seed": 1,
    "same": False,
}
_CHOICES: dict[str, Container[Any]] = {
    "key": KEYS,
    "program": PROGRAMS,
    "metre": METRES,
    "grid": RHYTHM_GRIDS,
    "density": DENSITIES,
}
_BOUNDS: dict[str, tuple[Any, Any]] = {
    "bars": (1, MOST_BARS),
    "tempo": (10.0, 400.0),
    "temperature": (0.0, 2.0),
    "top_p": (0.05, 1.0),
    "top_k": (0, 1000),
    "max_copy": (LEAST_COPY, MOST_COPY),
}


@dataclass(frozen=True)
class Asked:
    """What the widgets say."""

    settings: ComposeSettings
    candidates: int


def prepare() -> None:
    """Give every widget a value, before the first of them is drawn."""
    for name, value in _DEFAULTS.items():
        st.session_state.setdefault(_key(name), value)


def fill(settings: ComposeSettings) -> None:
    """Set the widgets as they were for a piece, as far as they reach; before they are drawn."""
    entry = settings.to_json()
    for name in _DEFAULTS.keys() & entry.keys():
        st.session_state[_key(name)] = _shown(name, entry[name])
    st.session_state[_key("variations")] = 1
    st.session_state[_key("guarded")] = settings.max_copy != 0
    st.session_state[_key("same")] = True
    _set_character()


def throw_dice() -> None:
    """Another seed, unless the same one is wanted again; before the widget is drawn."""
    if not st.session_state[_key("same")]:
        st.session_state[_key("seed")] = secrets.randbelow(DICE)


def main_widgets() -> None:
    """Length, character, key, instrument, tempo."""
    left, right = st.columns(2)
    with left:
        st.number_input("Bars", *_BOUNDS["bars"], step=4, **_as("bars"))
    with right:
        st.number_input(
            "Tempo", *_BOUNDS["tempo"], step=4.0, format="%g", placeholder="auto", **_as("tempo"),
            help="Quarters a minute. Of itself that of the beginning, or what is usual.",
        )  # fmt: skip
    st.segmented_control(
        "Character", list(CHARACTERS), on_change=_set_temperature, **_as("character"),
        help="How far from the likeliest the music may go: the temperature, in words.",
    )  # fmt: skip
    st.selectbox("Key", KEYS, format_func=lambda key: key or "Any key", **_as("key"))
    st.selectbox("Instrument", PROGRAMS, format_func=program_name, **_as("program"))
    st.slider("Variations", 1, MOST_SHOWN, **_as("variations"))


def sampling_widgets() -> None:
    """Temperature, top-p, top-k, best of many."""
    st.slider(
        "Temperature", *_BOUNDS["temperature"], step=0.05, on_change=_set_character,
        **_as("temperature"),
        help="1 draws as the model has learned, 0 always takes the likeliest.",
    )  # fmt: skip
    st.slider(
        "Top-p", *_BOUNDS["top_p"], step=0.01, **_as("top_p"),
        help="Draw from the likeliest values that have this chance together.",
    )  # fmt: skip
    st.number_input(
        "Top-k", *_BOUNDS["top_k"], **_as("top_k"),
        help="Draw from so many of the likeliest values; 0 draws from all.",
    )  # fmt: skip
    st.select_slider(
        "Choose from", CANDIDATES, **_as("candidates"),
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
            st.selectbox(f"{name.capitalize()} note", keys, format_func=pitch_name, **_as(name))
    st.select_slider(
        "Density", list(DENSITIES), format_func=DENSITIES.__getitem__, disabled=timeless,
        help=why if timeless else "Each step halves or doubles the odds of onsets far apart.",
        **_as("density"),
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        st.selectbox(
            "Rhythm grid", list(RHYTHM_GRIDS), disabled=timeless,
            help=why if timeless else "Where in a bar notes may begin and end.", **_as("grid"),
        )  # fmt: skip
    with right:
        own = "The beginning has its own." if primed else "Of itself as is usual in the collection."
        st.selectbox(
            "Metre", METRES, format_func=lambda metre: metre or "auto",
            disabled=timeless or primed, help=why if timeless else own, **_as("metre"),
        )  # fmt: skip
    _copy_widgets(opened)


def seed_widgets() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Seed", 0, MOST_SEED, on_change=_want_same, **_as("seed"))
        st.button(
            "", icon=":material/casino:", on_click=_another_seed, key="ask-dice",
            help="Another seed", width=48,
        )  # fmt: skip
    st.toggle(
        "Keep this seed", **_as("same"),
        help="The same seed and settings give the same notes. Off, each click has a new seed.",
    )  # fmt: skip


def asked(opened: Opened, primed: bool) -> Asked:
    """What the widgets say; ValueError where it does not go together."""
    said = {name: st.session_state[_key(name)] for name in _DEFAULTS}
    timeless = opened.engine.encoding.name == "notes"
    if timeless:
        said |= {name: _DEFAULTS[name] for name in ("density", "grid")}
    if timeless or primed:
        said["metre"] = ANY
    known = opened.background.index is not None
    settings = ComposeSettings(
        bars=said["bars"],
        variations=said["variations"],
        seed=said["seed"],
        temperature=said["temperature"],
        top_k=said["top_k"],
        top_p=said["top_p"],
        tempo=said["tempo"],
        program=None if said["program"] == AS_IT_COMES else said["program"],
        metre=said["metre"] or None,
        key=said["key"] or None,
        lowest=said["lowest"],
        highest=said["highest"],
        density=said["density"],
        grid=said["grid"],
        max_copy=said["max_copy"] if said["guarded"] and known else 0,
    )
    return Asked(settings, said["candidates"])


def program_name(program: int) -> str:
    if program == AS_IT_COMES:
        return "As it comes"
    return f"{program + 1} {pretty_midi.program_to_instrument_name(program)}"


def _copy_widgets(opened: Opened) -> None:
    index = opened.background.index
    st.toggle(
        "Forbid copying", disabled=index is None, **_as("guarded"),
        help="No longer stretch of the training pieces, in whatever key, than so many notes."
        if index else "This model came without an index of its training pieces.",
    )  # fmt: skip
    own = default_max_copy(index) if index else None
    st.number_input(
        "Longest copy, notes", *_BOUNDS["max_copy"], disabled=index is None,
        placeholder=f"auto: {own}" if own else "",
        help="Of itself as many as pieces of this collection have in common with each other.",
        **_as("max_copy"),
    )  # fmt: skip


def _key(name: str) -> str:
    return f"ask-{name}"


def _shown(name: str, value: Any) -> Any:
    """A setting as its widget can show it: the nearest value, or what the widget begins with."""
    if name in _CHOICES:
        return value if value in _CHOICES[name] else _DEFAULTS[name]
    if name not in _BOUNDS or not value:
        return value if value is not None else _DEFAULTS[name]
    low, high = _BOUNDS[name]
    return type(low)(min(max(value, low), high))


def _as(name: str) -> dict[str, Any]:
    """The key of a widget, kept over pages; and no value, where that is what it begins with."""
    options: dict[str, Any] = {"key": _key(name), "persist_state": "session"}
    return options | ({"value": None} if name in ("tempo", "max_copy") else {})


def _set_temperature() -> None:
    if word := st.session_state[_key("character")]:
        st.session_state[_key("temperature")] = CHARACTERS[word]


def _set_character() -> None:
    """The word that the temperature has, or none."""
    words = {temperature: word for word, temperature in CHARACTERS.items()}
    temperature = round(st.session_state[_key("temperature")], 2)
    st.session_state[_key("character")] = words.get(temperature)


def _want_same() -> None:
    st.session_state[_key("same")] = True


def _another_seed() -> None:
    st.session_state[_key("seed")] = secrets.randbelow(DICE)
    st.session_state[_key("same")] = True
