"""The home page, and the start of the server.

Streamlit imports this file when its server starts, for `app`, and runs it as `__main__` for each
browser that opens the home page.
"""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from musicgen.ui.home import home_view
from musicgen.ui.server import draft_endpoint, edit_endpoint, live_endpoint, sound_files
from musicgen.ui.server.allowed_hosts import AllowedHosts
from musicgen.ui.server.page_document import PageDocument
from musicgen.ui.server.preload_headers import PreloadHeaders
from musicgen.ui.server.warm_up import AfterImports, import_early
from musicgen.ui.shared import frame
from musicgen.ui.shared.chart_script import load_chart_script

if __name__ == "__main__":
    frame.begin(
        "musicgen", "Your pieces in, a trained model, new music out: all of it on this computer."
    )
    frame.show_queued_toast()
    home_view()
    load_chart_script()  # for the Data page, where most people go next
else:
    app = st.App(
        __file__,
        lifespan=import_early,
        routes=[
            *live_endpoint.routes(),
            *edit_endpoint.routes(),
            *draft_endpoint.routes(),
            *sound_files.routes(),
        ],
        middleware=[
            Middleware(AllowedHosts),
            Middleware(AfterImports),
            Middleware(PageDocument),
            Middleware(PreloadHeaders),
        ],
    )
