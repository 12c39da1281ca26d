"""Frame of every page: title, navigation, colours, toasts."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

# A file, because the browser would fetch an icon by name (`:material/piano:`) from the network.
ICON = Path(__file__).with_name("icon.png")
# Streamlit's white text on primary buttons cannot be read on the light blue of the dark theme.
ON_PRIMARY = {"light": "#ffffff", "dark": "#14181f"}
_STYLE = (
    '<style>.stApp [data-testid^="stBaseButton-primary"]:not(:disabled) '
    f"{{ color: light-dark({ON_PRIMARY['light']}, {ON_PRIMARY['dark']}) }}</style>"
)
PAGES = (
    ("streamlit_app.py", "Home", ":material/home:"),
    ("pages/1_Data.py", "Data", ":material/library_music:"),
    ("pages/2_Train.py", "Train", ":material/model_training:"),
    ("pages/3_Compose.py", "Compose", ":material/music_note:"),
)
_TOAST = "_toast"  # session state: message and icon of the next toast


def begin(title: str, subtitle: str) -> None:
    """Set the page's layout and draw its navigation and title; call it first on a page."""
    st.set_page_config(page_title=f"{title} · musicgen", page_icon=ICON, layout="wide")
    st.html(_STYLE)
    with st.sidebar:
        for page, label, icon in PAGES:
            st.page_link(page, label=label, icon=icon, width="stretch")
    st.title(title, anchor=False)
    st.caption(subtitle)


def queue_toast(message: str, icon: str = ":material/check:") -> None:
    """Have a message shown on the next run of the page, which a rerun now would wipe out."""
    st.session_state[_TOAST] = (message, icon)


def show_queued_toast() -> None:
    """Show the message that `queue_toast` left, once."""
    if _TOAST in st.session_state:
        message, icon = st.session_state.pop(_TOAST)
        st.toast(message, icon=icon)
