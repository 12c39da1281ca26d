"""The listening test on the Compose page: pairs of human and composed bars, blind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import streamlit as st

from musicgen.composing.settings import ComposeSettings
from musicgen.evaluation.listening_test import (
    BARS,
    Answer,
    Pair,
    draw_pair,
    read_answers,
    save_answer,
    taken_for_human,
)
from musicgen.files import USER_ERRORS, message_of
from musicgen.paths import home
from musicgen.score import Score
from musicgen.training.data.run_split import splits_of_checkpoint
from musicgen.ui.compose.models import OpenModel, training_collection
from musicgen.ui.compose.piece_cache import wav_task
from musicgen.ui.data.choose_collection import collection_names
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.text import escape, format_count

COMPOSED_PIECES, COMPOSED_BARS = 6, 12
_STATE = "_listening_test"


@dataclass
class _Test:
    """The pieces of a test in this session, and the pair that is asked about."""

    model: str
    human: list[Score]
    composed: list[Score]
    rng: np.random.Generator = field(default_factory=np.random.default_rng)
    pair: Pair | None = None
    answered: int = 0


@st.fragment
def listening_test(opened: OpenModel) -> None:
    """Ask which of two passages a person wrote; show how often the model was taken for one."""
    st.markdown(
        f"You hear two passages of {BARS} bars: one from a piece that the model has never seen, "
        "one that it composed. Which was written by a person? If nobody can tell, the model is "
        "taken for a person in half of the pairs."
    )
    test: _Test | None = st.session_state.get(_STATE)
    try:
        if test is None or test.model != opened.choice.name:
            if st.button("Begin", icon=":material/headphones:", key="listening-begin"):
                st.session_state[_STATE] = _prepare(opened)
                st.rerun(scope="fragment")
        else:
            _ask(test)
    except USER_ERRORS as error:
        st.error(escape(message_of(error), 300))
    _result(opened.choice.name)


def _prepare(opened: OpenModel) -> _Test:
    """Find the held-out pieces of the model and compose as many bars to compare them with."""
    collection = training_collection(opened)
    if collection not in collection_names():
        collection = collection_names()[0]
    analysis = open_collection(collection)
    sides = splits_of_checkpoint(opened.choice.folder, collection, analysis.scores)
    held_out = [s for s, side in zip(analysis.scores, sides, strict=True) if side != "train"]
    seed = int(np.random.default_rng().integers(10**6))
    settings = ComposeSettings(bars=COMPOSED_BARS, variations=COMPOSED_PIECES, seed=seed)
    with st.spinner("Composing what you will hear …", show_time=True):
        pieces = opened.composer.compose(settings, candidates=COMPOSED_PIECES)
    composed = [piece.score for piece in pieces]
    return _Test(opened.choice.name, held_out or list(analysis.scores), composed)


def _ask(test: _Test) -> None:
    if test.pair is None:
        test.pair = draw_pair(test.human, test.composed, test.rng)
    pair = test.pair
    with st.spinner("Making the sound …"):
        sounds = [wav_task(score).result() for score in (pair.first, pair.second)]
    for column, name, sound in zip(st.columns(2), ("A", "B"), sounds, strict=True):
        with column:
            st.markdown(f"**{name}**")
            st.audio(sound, format="audio/wav")
            st.button(
                f"{name} was written by a person", key=f"listening-{name}", width="stretch",
                on_click=_answer, args=(test, name == "A"),
            )  # fmt: skip
    st.caption(f"{format_count(test.answered, 'pair')} answered in this session.")


def _answer(test: _Test, chose_first: bool) -> None:
    """Save an answer and go on to another pair."""
    if test.pair is None:
        return
    taken = chose_first != test.pair.human_is_first
    save_answer(home(), Answer(test.model, taken, datetime.now(UTC).isoformat()))
    test.pair, test.answered = None, test.answered + 1


def _result(model: str) -> None:
    share = taken_for_human(read_answers(home(), model))
    if share is None:
        return
    st.markdown(
        f"**Taken for a person in {share.share:.0%}** of {format_count(share.answers, 'pair')} "
        f"(95% interval: {share.low:.0%} to {share.high:.0%}). Nobody can tell at 50%."
    )
