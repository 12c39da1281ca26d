"""Small rolls of several pieces with play buttons and actions, as a Streamlit component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from musicgen.ui.components.component import component


@dataclass(frozen=True)
class TakeAction:
    """A button of a take that was clicked."""

    action: str
    take: str  # id


def takes_list(
    takes: Sequence[Mapping[str, Any]],
    actions: Mapping[str, str],
    label: str,
    sound_address: str,
    colours: Sequence[str],
    key: str,
    *,
    is_tree: bool = False,
) -> TakeAction | None:
    """Show takes; return the action that was clicked, in one run of the page.

    takes: JSON of each (see `take_json`). actions: labels of the buttons by action. is_tree:
    indented by depth, one below the other; else in columns.
    """
    data = {
        "takes": list(takes),
        "actions": [{"action": name, "label": text} for name, text in actions.items()],
        "label": label,
        "sound": sound_address,
        "colours": list(colours),
        "isTree": is_tree,
    }
    result = _component(key=key, data=data, on_action_change=_ignore)
    return parse_action(result.get("action"), [take["id"] for take in takes], list(actions))


def parse_action(report: Any, takes: Sequence[str], actions: Sequence[str]) -> TakeAction | None:
    """An action that the browser reports; None where it is malformed or of no take here."""
    try:
        action = msgspec.convert(report, TakeAction)
    except msgspec.ValidationError:
        return None
    return action if action.take in takes and action.action in actions else None


def _ignore() -> None:
    """Callback without effect: Streamlit requires one for each value that a component reports."""


_component = component("takes")
