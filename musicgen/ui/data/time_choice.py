"""The kind of time of a collection's pieces: what was recognised, and a way to say otherwise."""

from __future__ import annotations

import streamlit as st

from musicgen.corpus.load import find_source
from musicgen.corpus.time_choice import TimeChoice, save_time, saved_time
from musicgen.files import USER_ERRORS, message_of
from musicgen.statistics.analysis import Analysis
from musicgen.ui.shared.text import escape, format_count

LABELS: dict[TimeChoice, str] = {
    "auto": "As recognised",
    "beats": "On the beat",
    "seconds": "Performances",
}


def say_time(analysis: Analysis) -> None:
    """Say how many pieces are performances, with a way to the choice; nothing where none is."""
    performances, pieces = analysis.performances, len(analysis.scores)
    choice = saved_time(find_source(analysis.collection.name)[1])
    if not performances and choice == "auto":
        return
    if choice == "auto":
        number = f"{performances:,} of {pieces:,} pieces"
        if performances == pieces:
            number = "The piece" if pieces == 1 else f"All {pieces:,} pieces"
        text = (
            f"{number} {'is a performance' if performances == 1 else 'are performances'}: notes "
            "that lie on no beat, read in seconds, without bars."
        )
    else:
        kind = "performances, in seconds" if choice == "seconds" else "on the beat"
        text = f"All pieces are taken as {kind}, as you said."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text)
        st.button(
            "Say otherwise",
            icon=":material/arrow_forward:",
            key="say-time",
            type="tertiary",
            on_click=_open_rhythm_view,
        )


def choose_time(analysis: Analysis) -> None:
    """Show the choice of the kind of time; a change reads the collection anew."""
    name = analysis.collection.name
    path = find_source(name)[1]
    saved = saved_time(path)
    choice = st.segmented_control(
        "Time of all pieces",
        list(LABELS),
        format_func=lambda choice: LABELS[choice],
        default=saved,
        required=True,
        key=f"time-{name}-{saved}",  # a new widget after a change, in whatever tab
        help="Notes of a performance lie on no beat: it is read in seconds and has no bars. "
        f"{_recognised(analysis, saved)}",
    )
    if choice is not None and choice != saved:
        try:
            save_time(path, choice)
        except USER_ERRORS as error:  # a full disk, or a folder that cannot be written
            st.error(escape(message_of(error), 300))
            return
        st.rerun()  # of the whole page: the collection is another one


def _recognised(analysis: Analysis, saved: TimeChoice) -> str:
    if saved != "auto":
        return "You have said which they are."
    return f"Recognised: {format_count(analysis.performances, 'performance')}."


def _open_rhythm_view() -> None:
    st.session_state["view"] = "Rhythm"
