"""What was changed of a preset in the form of a new training, and the way back to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import streamlit as st

from musicgen.training.presets import Preset
from musicgen.training.settings import RunSettings
from musicgen.ui.shared.settings_form import setting_label
from musicgen.ui.shared.text import escape

KIND_NAMES = {"classic": "Classic", "lstm": "LSTM", "transformer": "Transformer"}
MAX_NAMED = 4  # changes


def describe_preset(preset: Preset, settings: RunSettings) -> None:
    """Show what a preset is for, or what its settings were changed to, with a button back to it."""
    changes = preset_changes(preset, settings)
    if not changes:
        st.markdown(preset.description)
        return
    named = "; ".join(changes[:MAX_NAMED])
    more = f"; and {len(changes) - MAX_NAMED} more" if len(changes) > MAX_NAMED else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{preset.name}, changed**: {escape(named + more, 400)}.", width="content")
        st.button(
            "Back to the preset", type="tertiary", key="reset-preset",
            on_click=_reset, args=(preset,),
        )  # fmt: skip


def preset_changes(preset: Preset, settings: RunSettings) -> list[str]:
    """Settings that are not the preset's: `minutes 2 in place of 5`."""
    if settings.model.kind != preset.model.kind:
        return [f"{KIND_NAMES[settings.model.kind]} in place of {KIND_NAMES[preset.model.kind]}"]
    pairs = ((settings.train, preset.train), (settings.model, preset.model))
    return [
        f"{setting_label(name).lower()} {_value(new[name])} in place of {_value(old[name])}"
        for new, old in ((asdict(ours), asdict(theirs)) for ours, theirs in pairs)
        for name in new
        if new[name] != old[name]
    ]


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _reset(preset: Preset) -> None:
    """Give the widgets of the form the values of the preset."""
    st.session_state.update(dict(_widget_values(preset)))


def _widget_values(preset: Preset) -> Iterator[tuple[str, Any]]:
    """Keys of the form's widgets with the values that the preset has."""
    kind = preset.model.kind
    yield f"{preset.name}-kind", kind
    for group, settings in (("model", preset.model), ("train", preset.train)):
        for name, value in asdict(settings).items():
            yield f"{preset.name}-{kind}-{group}-{name}", value
