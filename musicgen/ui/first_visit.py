"""The three cards of the home page: hear a piece, see your own file, start a training."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from musicgen.composing.records.saved_pieces import list_pieces
from musicgen.corpus.user.user_collections import own_collections
from musicgen.training.run_folder.registry import list_runs
from musicgen.ui.shared.link_button import link_button


@dataclass(frozen=True)
class FirstStep:
    """One thing to try, where it is done, and whether it was."""

    title: str
    text: str
    page: str
    label: str  # of the link
    icon: str
    label_later: str  # of the link, once it was done
    query: tuple[tuple[str, str], ...] = ()
    done: bool = False


def first_steps() -> list[FirstStep]:
    """The three things that a first visit tries, in order."""
    own, pieces = own_collections(), list_pieces()
    collection = (("collection", own[0].name),) if own else ()
    return [
        FirstStep(
            "Hear a piece",
            "A model writes a new one when you press **Compose**; your last one is there."
            if pieces
            else "A model of Bach's chorales writes a new one as soon as you look.",
            "pages/3_Compose.py", "Hear a piece", ":material/music_note:", "Compose",
            done=bool(pieces),
        ),
        FirstStep(
            "See your own music",
            "Drop MIDI, MusicXML, ABC or Humdrum files under **Add music**, and see what is in "
            "them.",
            "pages/1_Data.py", "Add my music", ":material/library_music:", "Open the collections",
            collection or (("add", "1"),), done=bool(own),
        ),
        FirstStep(
            "Train a model on it",
            "Press **Start** and watch it learn; it goes on when you close the page.",
            "pages/2_Train.py", "Start a training", ":material/model_training:",
            "Train a model", (("show", "New"), *collection),
            done=any(not run.bundled for run in list_runs()),
        ),
    ]  # fmt: skip


def step_cards() -> None:
    """Show the three things as cards; what is left to try is numbered, and invited to."""
    steps = first_steps()
    is_new = not all(step.done for step in steps)
    if is_new:
        st.markdown("New here? Three clicks, and you have tried all of it.")
    todo = next((step for step in steps if not step.done), steps[0])
    for number, (column, step) in enumerate(zip(st.columns(3), steps, strict=True), 1):
        with (
            column,
            st.container(
                border=True, height="stretch", vertical_alignment="distribute", key=f"step-{number}"
            ),
        ):
            _card(step, f"{number}. " if is_new else "", is_next=step == todo)


def _card(step: FirstStep, number: str, is_next: bool) -> None:
    """number: `1. ` where the cards are numbered."""
    done = " :green-badge[:material/check: done]" if number and step.done else ""
    with st.container():
        st.markdown(f"**{number}{step.title}**{done}")
        st.markdown(step.text)
    label = step.label_later if step.done else step.label
    link_button(
        step.page, label, step.icon, step.title.split()[0], dict(step.query), primary=is_next
    )
