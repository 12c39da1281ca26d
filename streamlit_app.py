"""Home: what this is, what is here, where to go next."""

from __future__ import annotations

from musicgen.ui import frame
from musicgen.ui.home import home_view

frame.begin(
    "musicgen", "Your pieces in, a trained model, new music out: all of it on this computer."
)
frame.say_now()
home_view()
