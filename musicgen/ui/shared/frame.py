"""Frame of every page: title, navigation, colours, toasts."""

from __future__ import annotations

import html
from pathlib import Path

import streamlit as st

from musicgen.ui.shared.link_button import LINK_BUTTON, PRIMARY

# A file, because the browser would fetch an icon by name (`:material/piano:`) from the network.
ICON = Path(__file__).with_name("icon.png")
SMALL_ROLL = "musicgen-small-roll"  # class of a piece's roll that is drawn without a scale
ANNOUNCEMENT = "musicgen-announcement"  # class of text that the page's live region takes
# Streamlit's white text on primary buttons cannot be read on the light blue of the dark theme.
ON_PRIMARY = {"light": "#ffffff", "dark": "#14181f"}
# Its captions have a contrast of 4.1 to 1; 4.5 is the least that can be read well (WCAG AA).
CAPTION = {"light": "#5b6470", "dark": "#a9b2bf"}
PRIMARY_COLOUR = {
    scheme: st.get_option(f"theme.{scheme}.primaryColor") for scheme in ("light", "dark")
}
# As of Streamlit's own secondary buttons.
BUTTON_BORDER = {"light": "#d0d3d9", "dark": "#3f4654"}
# Popovers and dialogs lie beside the app, not in it, and do not have its colour scheme.
_PORTALS = '[data-testid="stPopoverBody"], [data-testid="stDialog"]'
_STYLE = f"""<style>
body [data-testid^="stBaseButton-primary"]:not(:disabled) {{
  color: light-dark({ON_PRIMARY["light"]}, {ON_PRIMARY["dark"]});
}}
/* The blue of an open popover's button has 3.2 to 1 on the dark theme. */
body button[kind="tertiary"]:is([aria-expanded="true"], :active) {{
  color: light-dark({PRIMARY_COLOUR["light"]}, {PRIMARY_COLOUR["dark"]});
}}
body [data-testid="stMultiSelect"] span[title],
body [data-testid="stMultiSelect"] span[title] ~ * {{
  color: light-dark({ON_PRIMARY["light"]}, {ON_PRIMARY["dark"]});
}}
body [data-testid="stCaptionContainer"] {{
  opacity: 1;
  color: light-dark({CAPTION["light"]}, {CAPTION["dark"]});
}}
/* Labels of disabled widgets have 2.4 to 1, and they are read to know what cannot be chosen. */
body [data-testid="stWidgetLabel"][disabled] p,
body [data-testid="stCheckbox"]:has(input:disabled) [data-testid="stWidgetLabel"] p {{
  color: light-dark({CAPTION["light"]}, {CAPTION["dark"]});
}}
/* The page with the focus looked like the page that is open. */
.stApp [data-testid="stPageLink-NavLink"]:focus-visible {{
  outline: 2px solid var(--st-primary-color, currentColor);
  outline-offset: 1px;
}}
/* The names of a list begin where its heading does. */
.stApp [data-testid="stMain"] [data-testid="stPageLink-NavLink"] {{
  position: relative;
  left: -0.5rem;
}}
.stApp [data-testid="stMain"] [class*="st-key-{LINK_BUTTON}"] [data-testid="stPageLink-NavLink"] {{
  position: static;
  min-height: 2.5rem;
  padding: 0.25rem 0.75rem;
  border: 1px solid light-dark({BUTTON_BORDER["light"]}, {BUTTON_BORDER["dark"]});
}}
.stApp [data-testid="stMain"] [class*="st-key-{PRIMARY}"] [data-testid="stPageLink-NavLink"],
.stApp [data-testid="stMain"] [class*="st-key-{PRIMARY}"] [data-testid="stPageLink-NavLink"] * {{
  background: light-dark({PRIMARY_COLOUR["light"]}, {PRIMARY_COLOUR["dark"]});
  border-color: transparent;
  color: light-dark({ON_PRIMARY["light"]}, {ON_PRIMARY["dark"]});
}}
.{SMALL_ROLL} {{ height: 4rem; background: center / 100% 100% no-repeat; }}
/* On a telephone the list of endings was cut. */
body [data-testid="stFileUploaderDropzoneInstructions"] span {{ white-space: normal; }}
.stApp [data-testid="stMainBlockContainer"] {{ padding-top: 3.5rem; }}
/* Upright labels of two lines would lie over one another: the first is enough on a telephone. */
@media (max-width: 640px) {{
  .stApp .xtick tspan.line ~ tspan.line {{ display: none; }}
  .stApp .xtick tspan.line:first-child:not(:only-child) {{ baseline-shift: -0.65em; }}
}}
.stApp [data-testid="stElementContainer"]:has(.{ANNOUNCEMENT}) {{ display: none; }}
</style>"""
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
    scheme = st.context.theme.type or "light dark"  # the system's, until the browser names one
    st.html(_STYLE + f"<style>{_PORTALS} {{ color-scheme: {scheme}; }}</style>")
    with st.sidebar:
        for page, label, icon in PAGES:
            st.page_link(page, label=label, icon=icon, width="stretch")
    st.title(title, anchor=False)
    st.caption(subtitle)


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
