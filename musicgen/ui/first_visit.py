"""The invitation on the home page: hear a piece, see your own file, start a training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from musicgen.composing.records.saved_pieces import list_pieces
from musicgen.corpus.user.user_collections import own_collections
from musicgen.training.run_folder.registry import list_runs


@dataclass(frozen=True)
class FirstStep:
    """One thing to try, where it is done, and whether it was."""

    text: str
    page: str
    label: str
    query: tuple[tuple[str, str], ...] = ()
    done: bool = False


def first_steps() -> list[FirstStep]:
    """The three things that a first visit tries, in order."""
    own = own_collections()
    collection = (("collection", own[0].name),) if own else ()
    return [
        FirstStep(
            "Hear a piece: a model of Bach's chorales writes one as soon as you look.",
            "pages/3_Compose.py", "Hear a piece", done=bool(list_pieces()),
        ),
        FirstStep(
            "See a file of your own: drop MIDI, MusicXML or ABC under **Add music**.",
            "pages/1_Data.py", "Add my music", done=bool(own),
        ),
        FirstStep(
            "Train a model on it: press **Start**, and watch it learn for five minutes.",
            "pages/2_Train.py", "Start a training", collection,
            done=any(not run.bundled for run in list_runs()),
        ),
    ]  # fmt: skip


def invitation() -> None:
    """Show what is left to try; nothing once all of it was done."""
    steps = first_steps()
    if all(step.done for step in steps):
        return
    with st.container(border=True, key="first-visit"):
        st.markdown("**New here? Three clicks, and you have tried all of it.**")
        for number, step in enumerate(steps, 1):
            _row(number, step)


def _row(number: int, step: FirstStep) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if step.done:
            st.markdown(f":material/check_circle: ~~{step.text}~~")
            return
        st.markdown(f"{number}. {step.text}")
        query: Sequence[tuple[str, str]] = step.query
        icon = ":material/arrow_forward:"
        st.page_link(step.page, label=step.label, icon=icon, query_params=dict(query))
