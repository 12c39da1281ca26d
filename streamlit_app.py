"""The studio, and its Home page: what this is, what is here, where to go next.

`streamlit run streamlit_app.py` imports this file once for the `app` that it serves, and runs it
as a script for each visitor of the Home page.
"""

from __future__ import annotations

import streamlit as st

from musicgen.ui import frame
from musicgen.ui.home import home_view
from musicgen.ui.warming import at_start, warm_up

if __name__ == "__main__":
    frame.begin(
        "musicgen", "Your pieces in, a trained model, new music out: all of it on this computer."
    )
    frame.say_now()
    home_view()
    warm_up()  # for the Data page, which is where most people go next
else:
    app = st.App(__file__, lifespan=at_start)
