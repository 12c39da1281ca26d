"""The Train page: start a training, watch it, compare it with others."""

from __future__ import annotations

import streamlit as st

from musicgen.training.run_folder.registry import list_runs
from musicgen.ui.data.choose_collection import COLLECTION
from musicgen.ui.shared import frame
from musicgen.ui.shared.url_choice import choose_next, keep_parameters_of, url_segments
from musicgen.ui.train.actions.delete import deleted_runs
from musicgen.ui.train.actions.share import import_run
from musicgen.ui.train.compare import COMPARED_KEY, compare
from musicgen.ui.train.new_training import keep_form_state, new_training
from musicgen.ui.train.runs import RUN, choose_run, is_alive
from musicgen.ui.train.watch import CURVES_KEY, watch

NEW, WATCH, COMPARE = "New", "Watch", "Compare"
# Query parameters that an address has only with their view.
OF_VIEW = {NEW: (COLLECTION, "preset"), WATCH: (RUN, CURVES_KEY), COMPARE: (COMPARED_KEY,)}


def first_view() -> str:
    """The view that an address names by its parameters, which it has also where it is opened later.

    Without any it is the training that goes on, where there is one; else a new one.
    """
    if "first-view" not in st.session_state:
        view = next((v for v, names in OF_VIEW.items() if set(names) & set(st.query_params)), None)
        if view is None:
            runs = [run for run in list_runs() if not run.bundled and is_alive(run.status())]
            for run in runs[:1]:
                choose_next(RUN, run.name)
            view = WATCH if runs else NEW
        st.session_state["first-view"] = view
    return str(st.session_state["first-view"])


frame.begin("Train", "A training is a process of its own: close this page and it goes on.")
frame.show_queued_toast()

if next_view := st.session_state.pop("_show_next", None):
    st.session_state["show"] = next_view
with st.container(horizontal=True, vertical_alignment="center"):
    view = url_segments("View", (NEW, WATCH, COMPARE), "show", "collapsed", first_view())
    import_run()
    deleted_runs()

if view != NEW:
    keep_form_state()
keep_parameters_of(view, OF_VIEW)
if view == NEW:
    new_training()
elif view == COMPARE:
    compare()
elif not list_runs():
    st.info("There is no run yet: start one under New.")
elif (run := choose_run()) is not None:
    watch(run)
