"""Tables whose rows are selected by identity, not by their place.

Streamlit keeps a selection as row numbers. When a row is added, removed or moved by another tab,
the same numbers mean other rows, and another item is renamed or deleted than the selected one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class _LastDrawn:
    """A table as it was last drawn in this session."""

    widget: str = ""  # key of the Streamlit widget
    ids: tuple[str, ...] = ()  # of the rows
    cleared: int = 0  # times that the selection was cleared
    clear_now: bool = False


def selectable_table(
    table: pd.DataFrame,
    ids: Sequence[str],
    key: str,
    *,
    several: bool = False,
    default: Collection[str] = (),
    **options: Any,
) -> list[str]:
    """Show a table and return the ids of the selected rows, in the order of the table.

    ids: identities of the rows: (N,). default: ids that are selected when the table is new on the
    page. options: further arguments of `st.dataframe`.
    """
    drawn = _last_drawn(key)
    selected = _selected(drawn, default)
    drawn.ids = tuple(ids)
    drawn.widget = identity_key(f"{key}-{drawn.cleared}", ids)
    drawn.clear_now = False
    state = st.dataframe(
        table,
        key=drawn.widget,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row" if several else "single-row",
        selection_default={"selection": {"rows": _rows(ids, selected)}},
        **options,
    )
    return _ids(drawn.ids, state)


def clear_selection(key: str) -> None:
    """Have nothing selected in a table when it is drawn again."""
    drawn = _last_drawn(key)
    drawn.cleared += 1
    drawn.clear_now = True


def identity_key(prefix: str, ids: Sequence[str]) -> str:
    """Return the key of a widget that acts on these items, and on no others.

    When the page has changed in the meantime, the click on a button of such a key is lost and does
    not reach another item.
    """
    digest = blake2b("\0".join(ids).encode(errors="surrogateescape"), digest_size=8)
    return f"{prefix}-{digest.hexdigest()}"


def _selected(drawn: _LastDrawn, default: Collection[str]) -> Collection[str]:
    """Ids that were selected in the table as it was last drawn."""
    if drawn.clear_now:
        return ()
    if drawn.widget and drawn.widget in st.session_state:
        return _ids(drawn.ids, st.session_state[drawn.widget])
    return default


def _ids(ids: Sequence[str], state: Any) -> list[str]:
    return [ids[row] for row in sorted(state["selection"]["rows"]) if row < len(ids)]


def _rows(ids: Sequence[str], selected: Collection[str]) -> list[int]:
    rows = {id_: row for row, id_ in reversed(list(enumerate(ids)))}
    return sorted(rows[id_] for id_ in selected if id_ in rows)


def _last_drawn(key: str) -> _LastDrawn:
    tables: dict[str, _LastDrawn] = st.session_state.setdefault("_tables", {})
    return tables.setdefault(key, _LastDrawn())
