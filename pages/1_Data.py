"""The Data page: what is in a collection, and whether it will train well."""

from __future__ import annotations

import streamlit as st

from musicgen.files import USER_ERRORS, message_of
from musicgen.ui.data.add_music import (
    add_music,
    ask_about_repeated_import,
    count_uploads,
    finish_import,
    show_last_addition,
)
from musicgen.ui.data.choose_collection import (
    choose_collection,
    deleted_collections,
    manage_collection,
)
from musicgen.ui.data.open_collection import READING, open_collection, read_again
from musicgen.ui.data.overview import overview_view, refused_view
from musicgen.ui.data.parts import parts_view
from musicgen.ui.data.pieces import pieces_view
from musicgen.ui.data.prepared_sets import is_prepared_set, prepared_view
from musicgen.ui.data.statistics import notes_view, playing_view, rhythm_view
from musicgen.ui.data.vocabulary import vocabulary_view
from musicgen.ui.server.warm_up import loading_plotly
from musicgen.ui.shared import frame
from musicgen.ui.shared.tasks import WaitAbandoned, resume_waiting
from musicgen.ui.shared.text import escape
from musicgen.ui.shared.url_choice import keep_parameters_of, url_segments
from musicgen.ui.shared.url_piece import BAR, PIECE

VIEWS = {
    "Notes": notes_view,
    "Parts": parts_view,
    "Rhythm": rhythm_view,
    "Playing": playing_view,
    "Vocabulary": vocabulary_view,
    "Pieces": pieces_view,
    "Refused": refused_view,
}
# Query parameters that an address has only with their view.
OF_VIEW = {
    "Notes": ("kind", BAR),
    "Parts": (BAR,),
    "Rhythm": (BAR,),
    "Playing": (BAR,),
    "Vocabulary": ("encoding", "part"),
    "Pieces": (PIECE, BAR),
}

frame.begin("Data", "Your music in numbers: what is there, what was refused, will it train well?")
frame.show_queued_toast()

bar = st.container(horizontal=True, vertical_alignment="bottom")
with bar:
    name = choose_collection()
    add_music(name)
    manage_collection(name)
    deleted_collections()
    if st.button("Train on this collection", icon=":material/model_training:", key="train"):
        st.switch_page("pages/2_Train.py", query_params={"show": "New", "collection": name})
count_uploads()
ask_about_repeated_import()
finish_import()
show_last_addition()

if is_prepared_set(name):
    prepared_view(name)
    st.stop()

try:
    analysis = open_collection(name, loading_plotly)
except WaitAbandoned:
    st.info(
        "Another window waits for this collection too, so the reading goes on. Choose another "
        "collection meanwhile."
    )
    st.button("Wait for it", key="wait-again", on_click=resume_waiting, args=(READING,))
    st.stop()
except USER_ERRORS as error:
    st.error(escape(message_of(error), 500))
    st.stop()

if not analysis.collection.complete:
    st.warning("The reading was cancelled: these are the files that were read before.")
    if st.button("Read the rest", key="read-rest"):
        read_again(name)
        st.rerun()

overview_view(name, analysis)
if not analysis.scores:
    if analysis.collection.refused:
        refused_view(analysis)
    st.markdown("Use **Add music** above to put files into this collection.")
    st.stop()


@st.fragment
def views() -> None:
    """Show one view; changing it leaves the page above as it is."""
    view = url_segments("View", list(VIEWS), "view", "collapsed")
    keep_parameters_of(view, OF_VIEW)
    VIEWS[view](analysis)


views()
