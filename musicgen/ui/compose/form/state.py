"""What is asked of the composer: from the widgets' values to settings, and back."""

from __future__ import annotations

import secrets
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from musicgen.composing.settings import (
    DEFAULT_ENDINGS,
    DEFAULT_RHYTHM_TAIL,
    LEFT_OPEN,
    MAX_BARS,
    MAX_COPY_NOTES,
    MAX_SEED,
    MIN_COPY_NOTES,
    RHYTHM_GRIDS,
    ComposeSettings,
)
from musicgen.encoding.grid import HIGHEST_KEY, LOWEST_KEY
from musicgen.theory.scales import SCALES
from musicgen.ui.compose.models import Opened

CHARACTERS = {"Calm": 0.8, "Balanced": ComposeSettings.temperature, "Wild": 1.15}  # temperatures
KEY_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
ANY = ""
KEYS = (ANY, *(f"{tonic} {scale}" for scale in SCALES for tonic in KEY_TONICS))
METRES = (ANY, "4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "2/2", "3/2", "5/4", "7/8")
AS_IT_COMES = -1
PROGRAMS = (AS_IT_COMES, *range(128))
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
    "closes": True,
    "usual": True,
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
BOUNDS: dict[str, tuple[Any, Any]] = {
    "bars": (1, MAX_BARS),
    "tempo": (10.0, 400.0),
    "temperature": (0.0, 2.0),
    "top_p": (0.05, 1.0),
    "top_k": (0, 1000),
    "max_copy": (MIN_COPY_NOTES, MAX_COPY_NOTES),
    "seed": (0, MAX_SEED),
}


@dataclass(frozen=True)
class Asked:
    """What the widgets say."""

    settings: ComposeSettings
    candidates: int


def prepare() -> None:
    """Give every widget a value, before the first of them is drawn."""
    for name, value in _DEFAULTS.items():
        st.session_state.setdefault(key_of(name), value)


def fill(settings: ComposeSettings) -> None:
    """Set the widgets as they were for a piece, as far as they reach; before they are drawn."""
    entry = settings.to_json()
    for name in _DEFAULTS.keys() & entry.keys():
        st.session_state[key_of(name)] = _shown(name, entry[name])
    st.session_state[key_of("variations")] = 1
    st.session_state[key_of("guarded")] = settings.max_copy != 0
    st.session_state[key_of("closes")] = settings.endings > 0
    plain = ComposeSettings()
    usual = any(getattr(settings, name) != getattr(plain, name) for name in LEFT_OPEN)
    st.session_state[key_of("usual")] = usual
    st.session_state[key_of("same")] = True
    set_character()


def throw_dice() -> None:
    """Another seed, unless the same one is wanted again; before the widget is drawn."""
    if not st.session_state[key_of("same")]:
        st.session_state[key_of("seed")] = secrets.randbelow(DICE)


def asked(opened: Opened, primed: bool) -> Asked:
    """What the widgets say; ValueError where it does not go together."""
    said = {name: st.session_state[key_of(name)] for name in _DEFAULTS}
    timeless = opened.engine.encoding.name == "notes"
    if timeless:
        said |= {name: _DEFAULTS[name] for name in ("density", "grid")}
    if timeless or primed:
        said["metre"] = ANY
    known = opened.profile.index is not None
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
        endings=DEFAULT_ENDINGS if said["closes"] else 0,
        rhythm_tail=DEFAULT_RHYTHM_TAIL,
        from_home=True,
    )
    if said["usual"]:
        settings = replace(settings, **LEFT_OPEN)
    return Asked(settings, said["candidates"])


def key_of(name: str) -> str:
    return f"ask-{name}"


def _shown(name: str, value: Any) -> Any:
    """A setting as its widget can show it: the nearest value, or what the widget begins with."""
    if name in _CHOICES:
        return value if value in _CHOICES[name] else _DEFAULTS[name]
    if name not in BOUNDS or not value:
        return value if value is not None else _DEFAULTS[name]
    low, high = BOUNDS[name]
    return type(low)(min(max(value, low), high))


def widget(name: str) -> dict[str, Any]:
    """The key of a widget, kept over pages; and no value, where that is what it begins with."""
    options: dict[str, Any] = {"key": key_of(name), "persist_state": "session"}
    return options | ({"value": None} if name in ("tempo", "max_copy") else {})


def keep_within(name: str) -> None:
    """Take the nearest value that there can be for what was typed, and have that said."""
    (low, high), value = BOUNDS[name], st.session_state[key_of(name)]
    if value is not None and not low <= value <= high:
        st.session_state[key_of(name)] = type(low)(min(max(value, low), high))
        st.session_state[f"_{name}_kept_within"] = True


def was_kept_within(name: str) -> bool:
    """Whether another value was just taken than the one that was typed."""
    return bool(st.session_state.pop(f"_{name}_kept_within", False))


def set_temperature() -> None:
    if word := st.session_state[key_of("character")]:
        st.session_state[key_of("temperature")] = CHARACTERS[word]


def set_character() -> None:
    """The word that the temperature has, or none."""
    words = {temperature: word for word, temperature in CHARACTERS.items()}
    temperature = round(st.session_state[key_of("temperature")], 2)
    st.session_state[key_of("character")] = words.get(temperature)


def keep_seed() -> None:
    keep_within("seed")
    st.session_state[key_of("same")] = True


def another_seed() -> None:
    st.session_state[key_of("seed")] = secrets.randbelow(DICE)
    st.session_state[key_of("same")] = True
