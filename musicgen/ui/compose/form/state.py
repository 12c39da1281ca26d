"""State of the form: the values of its widgets, as settings and from settings."""

from __future__ import annotations

import secrets
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from musicgen.composing.settings import (
    DEFAULT_TEMPERATURE,
    MAX_BARS,
    MAX_CHORD_STRENGTH,
    MAX_COPY_NOTES,
    MAX_SEED,
    MIN_COPY_NOTES,
    NO_STYLE,
    RHYTHM_GRIDS,
    ComposeSettings,
)
from musicgen.encoding.grid import HIGHEST_KEY, LOWEST_KEY
from musicgen.theory.scales import SCALES, transpose_key, written_key
from musicgen.ui.compose.models import OpenModel

_COMPOSER = ComposeSettings()
BALANCED = "Balanced"
CHARACTERS = {"Calm": 0.7, BALANCED: None, "Wild": 1.15}  # temperatures; None: the model's
_OF_MODEL = "form-temperature-of-model"
ANY = ""
KEYS = (ANY, *(transpose_key(f"C {scale}", up) for scale in SCALES for up in range(12)))
METRES = (ANY, "4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "2/2", "3/2", "5/4", "7/8")
ANY_PROGRAM = -1
PROGRAMS = (ANY_PROGRAM, *range(128))  # General MIDI
MAX_DRAWN_SEED = 1_000_000  # short enough to be read out; a typed seed may be larger
CANDIDATES_OF_MODEL = 0  # see `Composer.candidates`
DENSITIES = {-2.0: "sparse", -1.0: "sparser", 0.0: "as it comes", 1.0: "denser", 2.0: "dense"}

# The form's value names are those of ComposeSettings where both mean the same.
_DEFAULTS: dict[str, Any] = {
    "bars": _COMPOSER.bars,
    "character": BALANCED,
    "key": ANY,
    "program": ANY_PROGRAM,
    "tempo": None,
    "chords": "",
    "chord_strength": _COMPOSER.chord_strength,
    "variations": 1,
    "temperature": DEFAULT_TEMPERATURE,
    "top_p": _COMPOSER.top_p,
    "top_k": _COMPOSER.top_k,
    "candidates": CANDIDATES_OF_MODEL,
    "lowest": LOWEST_KEY,
    "highest": HIGHEST_KEY,
    "density": 0.0,
    "grid": "any",
    "metre": ANY,
    "copy_guard": True,
    "close": True,
    "collection_style": True,
    "max_copy": None,
    "seed": 1,
    "keep_seed": False,
}
_CHOICES: dict[str, Container[Any]] = {
    "key": KEYS,
    "program": PROGRAMS,
    "metre": METRES,
    "grid": RHYTHM_GRIDS,
    "density": DENSITIES,
}
BOUNDS: dict[str, tuple[Any, Any]] = {
    "bars": (1, MAX_BARS),
    "tempo": (10.0, 400.0),  # quarters a minute
    "temperature": (0.0, 2.0),
    "top_p": (0.05, 1.0),
    "top_k": (0, 1000),
    "chord_strength": (0.0, MAX_CHORD_STRENGTH),
    "max_copy": (MIN_COPY_NOTES, MAX_COPY_NOTES),  # notes
    "seed": (0, MAX_SEED),
}


@dataclass(frozen=True)
class ComposeRequest:
    """Settings from the form, and how many pieces to choose from."""

    settings: ComposeSettings
    candidates: int


def initialize_form() -> None:
    """Give every widget a value; before the first of them is drawn."""
    for name, value in _DEFAULTS.items():
        st.session_state.setdefault(widget_key(name), value)


def fill_form(settings: ComposeSettings, keep_seed: bool) -> None:
    """Set the widgets to the settings of a piece, as far as they can show them.

    To be called before they are drawn.
    """
    entry = settings.to_json()
    for name in _DEFAULTS.keys() & entry.keys():
        st.session_state[widget_key(name)] = _displayable(name, entry[name])
    st.session_state[widget_key("variations")] = 1
    st.session_state[widget_key("copy_guard")] = settings.max_copy != 0
    st.session_state[widget_key("close")] = settings.endings > 0
    follows_style = any(getattr(settings, name) != value for name, value in NO_STYLE.items())
    st.session_state[widget_key("collection_style")] = follows_style
    st.session_state[widget_key("keep_seed")] = keep_seed
    st.session_state[widget_key("character")] = None  # that of the temperature: see `follow_model`


def draw_seed() -> None:
    """Draw another seed if the last one is not to be used again; before its widget is drawn."""
    if not st.session_state[widget_key("keep_seed")]:
        st.session_state[widget_key("seed")] = secrets.randbelow(MAX_DRAWN_SEED)


def draw_and_keep_seed() -> None:
    """Draw another seed for the next piece."""
    st.session_state[widget_key("seed")] = secrets.randbelow(MAX_DRAWN_SEED)
    st.session_state[widget_key("keep_seed")] = True


def keep_typed_seed() -> None:
    clamp_value("seed")
    st.session_state[widget_key("keep_seed")] = True


def read_form(opened: OpenModel, has_prompt: bool) -> ComposeRequest:
    """Read the settings from the widgets. Raises InvalidSetting if they do not fit together."""
    values = {name: st.session_state[widget_key(name)] for name in _DEFAULTS}
    without_time = opened.model.encoding.name == "notes"
    if without_time:
        values |= {name: _DEFAULTS[name] for name in ("density", "grid")}
    if not opened.model.encoding.grid.has_bars:
        values |= {name: _DEFAULTS[name] for name in ("grid", "tempo", "metre")}
    if without_time or has_prompt:
        values["metre"] = ANY
    if not opened.knows_chords:
        values["chords"] = ""
    guarded = values["copy_guard"] and opened.profile.index is not None
    settings = ComposeSettings(
        bars=values["bars"],
        variations=values["variations"],
        seed=values["seed"],
        temperature=values["temperature"],
        top_k=values["top_k"],
        top_p=values["top_p"],
        tempo=values["tempo"],
        program=None if values["program"] == ANY_PROGRAM else values["program"],
        metre=values["metre"] or None,
        key=values["key"] or None,
        lowest=values["lowest"],
        highest=values["highest"],
        density=values["density"],
        chords=values["chords"].strip(),
        chord_strength=values["chord_strength"],
        grid=values["grid"],
        max_copy=values["max_copy"] if guarded else 0,
        endings=_COMPOSER.endings if values["close"] else 0,
    )
    if not values["collection_style"]:
        settings = replace(settings, **NO_STYLE)
    return ComposeRequest(settings, values["candidates"] or opened.composer.candidates())


def widget_key(name: str) -> str:
    return f"form-{name}"


def widget_options(name: str) -> dict[str, Any]:
    """Key of a widget that survives a visit of another page, and None for a field left empty."""
    options: dict[str, Any] = {"key": widget_key(name), "persist_state": "session"}
    return options | ({"value": None} if _DEFAULTS[name] is None else {})


def clamp_value(name: str) -> None:
    """Replace a typed number outside its bounds by the nearest within, and remember that."""
    (low, high), value = BOUNDS[name], st.session_state[widget_key(name)]
    if value is not None and not low <= value <= high:
        st.session_state[widget_key(name)] = _clamped(name, value)
        st.session_state[f"_{name}_clamped"] = True


def pop_clamped(name: str) -> bool:
    """Whether the typed number was just replaced."""
    return bool(st.session_state.pop(f"_{name}_clamped", False))


def follow_model(opened: OpenModel) -> None:
    """Let a balanced character have the temperature of the model; before the widgets are drawn."""
    st.session_state[_OF_MODEL] = round(opened.composer.temperature(), 2)
    if st.session_state[widget_key("character")] is None:
        update_character()
    update_temperature()


def update_temperature() -> None:
    """Set the temperature of the chosen character."""
    if character := st.session_state[widget_key("character")]:
        st.session_state[widget_key("temperature")] = _temperatures()[character]


def update_character() -> None:
    """Choose the character of the temperature, or none."""
    characters = {temperature: character for character, temperature in _temperatures().items()}
    temperature = round(st.session_state[widget_key("temperature")], 2)
    st.session_state[widget_key("character")] = characters.get(temperature)


def _temperatures() -> dict[str, float]:
    of_model = st.session_state.get(_OF_MODEL, DEFAULT_TEMPERATURE)
    return {name: of_model if value is None else value for name, value in CHARACTERS.items()}


def _displayable(name: str, value: Any) -> Any:
    """Nearest value that the widget of a setting can show; its default where there is none."""
    if name == "key" and value:
        value = written_key(value)
    if name in _CHOICES:
        return value if value in _CHOICES[name] else _DEFAULTS[name]
    if name not in BOUNDS or not value:
        return value if value is not None else _DEFAULTS[name]
    return _clamped(name, value)


def _clamped(name: str, value: float) -> Any:
    low, high = BOUNDS[name]
    return type(low)(min(max(value, low), high))
