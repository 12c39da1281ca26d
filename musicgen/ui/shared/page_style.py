"""Style sheet of all pages, which their document has from the beginning.

As an element of a page it would come late, and the page would jump and change its colours.
"""

from __future__ import annotations

import streamlit as st

from musicgen.ui.shared.link_button import LINK_BUTTON, PRIMARY

SMALL_ROLL = "musicgen-small-roll"  # class of a piece's roll that is drawn without a scale
TO_TOP = "musicgen-to-top"  # class of a number: the page is shown from its top when it changes
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
PAGE_STYLE = f"""
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
html[data-mouse-rests] [data-testid="stTooltipContent"] {{ visibility: hidden; }}
/* On a telephone the list of endings was cut. */
body [data-testid="stFileUploaderDropzoneInstructions"] span {{ white-space: normal; }}
.stApp [data-testid="stMainBlockContainer"] {{ padding-top: 3.5rem; }}
/* The download button of a chart: Plotly draws a grey box over the bars. */
body .js-plotly-plot .plotly .modebar-group {{ background: transparent !important; }}
body .js-plotly-plot .plotly .modebar-btn .icon path {{
  fill: light-dark({CAPTION["light"]}, {CAPTION["dark"]}) !important;
}}
@media (hover: hover) {{
  .stApp [data-testid="stPlotlyChart"]:not(:hover, :focus-within) .modebar {{ opacity: 0; }}
}}
/* On a telephone many bars share the names of a few: a finger on one tells its own. */
@media (max-width: 640px) {{
  .stApp .xaxislayer-above:has(> .xtick:nth-child(14)) > .xtick:nth-child(2n),
  .stApp .xaxislayer-above:has(> .xtick:nth-child(40)) > .xtick:not(:nth-child(4n + 1)) {{
    display: none;
  }}
}}
.stApp [data-testid="stElementContainer"]:has(.{ANNOUNCEMENT}, .{TO_TOP}) {{ display: none; }}
/* On a phone the columns of the Compose page are below one another: first the piece, then the form,
   then the rest. */
@media (max-width: 640px) {{
.st-key-compose-columns [data-testid="stColumn"]:has(.st-key-compose-result),
.st-key-compose-columns [data-testid="stColumn"]:has(.st-key-compose-result)
  > [data-testid="stVerticalBlock"] {{ display: contents; }}
.st-key-compose-columns [data-testid="stLayoutWrapper"]:has(> .st-key-compose-result) {{
  order: -1; width: 100%;
}}
.st-key-compose-columns [data-testid="stLayoutWrapper"]:has(> .st-key-compose-rest) {{
  order: 1; width: 100%;
}}
}}
/* Until a page has its title nothing is on it: for seconds, where the computer is busy. */
@keyframes musicgen-waiting {{ from {{ opacity: 0; }} }}
[data-testid="stMain"]:not(:has(h1, [role="alert"], [data-testid$="Skeleton"]))::before {{
  content: "The page is being opened …";
  position: absolute; top: 6rem; left: max(1rem, 5%);
  animation: musicgen-waiting 0.2s 0.6s both;
}}
"""
