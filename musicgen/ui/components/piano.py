"""Piano keyboard to click on, as a Streamlit component."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import streamlit as st

from musicgen.rendering.note_names import SHARP_NAMES, as_typed, pitch_name
from musicgen.ui.components.component import component

PITCHES = range(36, 85)  # four octaves, C2 to C6
MIDDLE_C = 60
MAX_QUARTERS = 8
_ACCIDENTALS = {"#": " sharp", "b": " flat"}


@dataclass(frozen=True)
class Press:
    """A click on a key, or on Rest, Undo or Clear."""

    kind: Literal["note", "rest", "undo", "clear"]
    pitch: Annotated[int, msgspec.Meta(ge=0, le=PITCHES[-1])] = 0  # of a note; MIDI
    quarters: Annotated[float, msgspec.Meta(gt=0, le=MAX_QUARTERS)] = 1.0
    in_chord: bool = False  # sounds with the note before

    def __post_init__(self) -> None:
        if self.kind == "note" and self.pitch not in PITCHES:
            raise ValueError(f"the piano has no key {self.pitch}")


@dataclass(frozen=True)
class PressReport:
    """Presses that the browser reports: all since the page was loaded, the last ones in detail."""

    visit: str  # of the page; the count starts at 0 with each
    count: int
    last: list[Press]


@dataclass(frozen=True)
class Handled:
    """Presses that were handled so far."""

    visit: str = ""
    count: int = 0


def piano(
    sharps: int | None,
    key: str,
    on_press: Callable[[Sequence[Press]], None],
    recordings_address: str = "",
    draft_address: str = "",
) -> None:
    """Show the keyboard.

    sharps: of the key signature that black keys are named in, negative for flats; None names them
    as sharps. on_press: called with the new presses before the script runs again.
    recordings_address: where recordings are sent while they go on; draft_address: where the notes
    are sent that are being typed beside it; empty for neither.
    """
    handled_key = f"_{key}_handled"

    def handle_report() -> None:
        report = st.session_state[key].get("presses")
        handled = st.session_state.get(handled_key) or Handled()
        presses, st.session_state[handled_key] = new_presses(report, handled)
        if presses:
            on_press(presses)

    handled = st.session_state.get(handled_key) or Handled()
    data = {
        "keys": [describe_key(pitch, sharps) for pitch in PITCHES],
        "first": MIDDLE_C,
        "handled": {"visit": handled.visit, "count": handled.count},
        "recordings": recordings_address,
        "draft": draft_address,
    }
    _component(key=key, data=data, on_presses_change=handle_report)


def key_name(pitch: int, sharps: int | None) -> str:
    """Name a piano key: as it is typed: a white one by its letter, a black one by the key."""
    return as_typed(pitch_name(pitch, sharps if is_black(pitch) else None))


def is_black(pitch: int) -> bool:
    return SHARP_NAMES[pitch % 12].endswith("#")


def new_presses(report: Any, handled: Handled) -> tuple[list[Press], Handled]:
    """Return the presses of a report that are new, and the updated count of handled ones.

    report: from the browser, so it may be anything; a malformed one has no presses.
    """
    try:
        parsed = msgspec.convert(report, PressReport)
    except msgspec.ValidationError:
        return [], handled
    before = handled.count if handled.visit == parsed.visit else 0
    number = min(max(0, parsed.count - before), len(parsed.last))
    return parsed.last[len(parsed.last) - number :], Handled(parsed.visit, parsed.count)


def describe_key(pitch: int, sharps: int | None) -> dict[str, Any]:
    """Describe a key for the browser: its name, how it is spoken, and the label on it."""
    name, octave, black = key_name(pitch, sharps), pitch // 12 - 1, is_black(pitch)
    letter = name[0]
    label = "" if black else f"C{octave}" if letter == "C" else letter
    spoken = f"{letter}{_ACCIDENTALS[name[1]] if black else ''} {octave}"
    return {"pitch": pitch, "name": name, "spoken": spoken, "black": black, "label": label}


_component = component("piano")
