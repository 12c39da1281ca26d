"""What every page begins with."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

# A file: an icon by name, as `:material/piano:`, the browser would fetch from the network.
ICON = Path(__file__).with_name("icon.png")
# Streamlit writes on primary buttons in white, which is not to be read on a dark page's light blue.
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


def begin(title: str, subtitle: str) -> None:
    """Layout, the way to the other pages, and the title; must come first on a page."""
    st.set_page_config(page_title=f"{title} · musicgen", page_icon=ICON, layout="wide")
    st.html(_STYLE)
    with st.sidebar:
        for page, label, icon in PAGES:
            st.page_link(page, label=label, icon=icon, width="stretch")
    st.title(title, anchor=False)
    st.caption(subtitle)


def queue_toast(message: str, icon: str = ":material/check:") -> None:
    """A message that is shown on the next run of the page, after something has changed."""
    st.session_state["_said"] = (message, icon)


def show_queued_toast() -> None:
    """Show what `say_later` left, once."""
    if said := st.session_state.pop("_said", None):
        st.toast(said[0], icon=said[1])
