"""A piano keyboard to click on, as one Streamlit component."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import streamlit as st

from musicgen.rendering.note_names import SHARP_NAMES, pitch_name
from musicgen.ui.components.component import component

PITCHES = range(36, 85)  # four octaves, C2 to C6
MIDDLE_C = 60
LONGEST = 8.0  # quarters
Kind = Literal["note", "rest", "undo"]
_SIGNS = {"#": " sharp", "b": " flat"}


@dataclass(frozen=True)
class Press:
    """One click on a key, or on a button beside the keys."""

    kind: Kind
    pitch: int = 0
    quarters: float = 1.0
    together: bool = False  # with the note before


def piano(sharps: int | None, key: str, on_press: Callable[[Sequence[Press]], None]) -> None:
    """Show the keys, and tell of those that were clicked since it was last told.

    sharps: of the signature that black keys are named under, negative for flats; None: as sharps.
    on_press: called before the page runs again, as any widget's callback is.
    """

    counted = f"_{key}_counted"

    def pressed() -> None:
        told = st.session_state[key].get("presses")
        presses, st.session_state[counted] = new_presses(told, st.session_state.get(counted))
        if presses:
            on_press(presses)

    heard = st.session_state.get(counted) or ("", 0)
    data = {"keys": _keys(sharps), "first": MIDDLE_C, "heard": heard}
    _component(key=key, data=data, on_presses_change=pressed)


def key_name(pitch: int, sharps: int | None) -> str:
    """What a key of the piano is called: a white one by its letter, whatever the signature."""
    return pitch_name(pitch, sharps if is_black(pitch) else None)


def is_black(pitch: int) -> bool:
    return SHARP_NAMES[pitch % 12].endswith("#")


def new_presses(
    told: Any, before: tuple[str, int] | None
) -> tuple[list[Press], tuple[str, int] | None]:
    """The presses that were not counted before, and what is counted now; nothing of other things.

    told: by the browser; before: the visit, and how many of its presses were heard.
    """
    try:
        visit, count = str(told["visit"]), int(told["count"])
        last = [_press(entry) for entry in told["last"]]
    except (TypeError, KeyError, ValueError):
        return [], before
    heard = before[1] if before and before[0] == visit else 0
    fresh = min(max(0, count - heard), len(last))
    return last[len(last) - fresh :], (visit, count)


def _press(entry: Any) -> Press:
    """ValueError, TypeError or KeyError where it is none."""
    pitch, quarters = int(entry["pitch"]), float(entry["quarters"])
    kind = entry["kind"]
    if kind not in get_args(Kind) or not 0 < quarters <= LONGEST:
        raise ValueError("this is no press of a key")
    if kind == "note" and pitch not in PITCHES:
        raise ValueError("there is no such key")
    return Press(kind, pitch, quarters, entry["together"] is True)


def _keys(sharps: int | None) -> list[dict[str, Any]]:
    """What the browser draws, from the lowest key up."""
    return [_key(pitch, key_name(pitch, sharps)) for pitch in PITCHES]


def _key(pitch: int, name: str) -> dict[str, Any]:
    letter, octave, black = name[0], pitch // 12 - 1, is_black(pitch)
    label = "" if black else f"C{octave}" if letter == "C" else letter
    words = f"{letter}{_SIGNS[name[1]] if black else ''} {octave}"
    return {"pitch": pitch, "name": name, "words": words, "black": black, "label": label}


_component = component("piano")
