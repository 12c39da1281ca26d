"""Home: what this is, what is here, where to go next; and the server's start.

Streamlit imports this file when its server starts, for `app`, and runs it as `__main__` for each
browser that asks for the first page.
"""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from musicgen.ui.home import home_view
from musicgen.ui.server.live_endpoint import routes
from musicgen.ui.server.preload_headers import PreloadedScripts
from musicgen.ui.server.static_scripts import ScriptsFromMemory
from musicgen.ui.server.warm_up import imported_ahead, warm_up, warm_up_widgets
from musicgen.ui.shared import frame

if __name__ == "__main__":
    frame.begin(
        "musicgen", "Your pieces in, a trained model, new music out: all of it on this computer."
    )
    frame.show_queued_toast()
    home_view()
    warm_up()  # for the Data page, which is where most people go next
    warm_up_widgets()
else:
    ahead = [Middleware(each) for each in (ScriptsFromMemory, PreloadedScripts)]
    app = st.App(__file__, lifespan=imported_ahead, routes=routes(), middleware=ahead)
