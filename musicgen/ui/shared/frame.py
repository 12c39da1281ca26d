"""Frame of every page: title, navigation, colours, toasts."""

from __future__ import annotations

import html
from pathlib import Path

import streamlit as st

from musicgen.ui.shared.page_style import ANNOUNCEMENT, TO_TOP

# A file, because the browser would fetch an icon by name (`:material/piano:`) from the network.
ICON = Path(__file__).with_name("icon.png")
# Popovers and dialogs lie beside the app, not in it, and do not have its colour scheme.
_PORTALS = '[data-testid="stPopoverBody"], [data-testid="stDialog"]'
PAGES = (
    ("streamlit_app.py", "Home", ":material/home:"),
    ("pages/1_Data.py", "Data", ":material/library_music:"),
    ("pages/2_Train.py", "Train", ":material/model_training:"),
    ("pages/3_Compose.py", "Compose", ":material/music_note:"),
)
_TO_TOP = "_to_top"  # session state: how often the page was to be shown from its top
_TOAST = "_toast"  # session state: message and icon of the next toast


def begin(title: str, subtitle: str) -> None:
    """Set the page's layout and draw its navigation and title; call it first on a page."""
    st.set_page_config(page_title=f"{title} · musicgen", page_icon=ICON, layout="wide")
    scheme = st.context.theme.type or "light dark"  # the system's, until the browser names one
    st.html(f"<style>{_PORTALS} {{ color-scheme: {scheme}; }}</style>")
    with st.sidebar:
        for page, label, icon in PAGES:
            st.page_link(page, label=label, icon=icon, width="stretch")
    if count := st.session_state.get(_TO_TOP, 0):
        st.html(f'<span class="{TO_TOP}">{count}</span>')
    st.title(title, anchor=False)
    st.caption(subtitle)


def scroll_to_top() -> None:
    """Have the next run of the page shown from its top, where that stands which was asked for."""
    st.session_state[_TO_TOP] = st.session_state.get(_TO_TOP, 0) + 1


def announce(text: str) -> None:
    """Have a screen reader say what has happened; once a page, in the same words at each rerun."""
    st.html(f'<span class="{ANNOUNCEMENT}">{html.escape(text)}</span>')


def queue_toast(message: str, icon: str = ":material/check:") -> None:
    """Have a message shown on the next run of the page, which a rerun now would wipe out."""
    st.session_state[_TOAST] = (message, icon)


def show_queued_toast() -> None:
    """Show the message that `queue_toast` left, once."""
    if _TOAST in st.session_state:
        message, icon = st.session_state.pop(_TOAST)
        st.toast(message, icon=icon)
