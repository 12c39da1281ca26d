"""Home: what this is, what is here, where to go next."""

from __future__ import annotations

from musicgen.ui import frame
from musicgen.ui.home import home_view
from musicgen.ui.warming import warm_up

frame.begin(
    "musicgen", "Your pieces in, a trained model, new music out: all of it on this computer."
)
frame.say_now()
home_view()
warm_up()  # for the Data page, which is where most people go next
