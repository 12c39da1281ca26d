"""The listening test on the Compose page: pairs of human and composed bars, blind."""

from __future__ import annotations

import time
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
from musicgen.progress import Progress
from musicgen.score import Score
from musicgen.training.data.run_split import splits_of_checkpoint
from musicgen.ui.compose.models import OpenModel, training_collection
from musicgen.ui.compose.piece_cache import wav_task
from musicgen.ui.data.choose_collection import collection_names
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.tasks import Task
from musicgen.ui.shared.text import escape, format_count, format_duration

COMPOSED_PIECES, COMPOSED_BARS = 6, 8
POLL_SECONDS = 0.15  # between two updates of the progress bar
_STATE = "_listening_test"


@dataclass
class _Test:
    """The pieces of a test in this session, and the pair that is asked about.

    The first pair is asked about once one piece is composed; the others follow meanwhile.
    """

    model: str
    human: list[Score]
    composed: list[Score] = field(default_factory=list)
    composing: Task[None] | None = None
    rng: np.random.Generator = field(default_factory=np.random.default_rng)
    pair: Pair | None = None
    next_pair: Pair | None = None  # whose sound is rendered while the one before is asked about
    answered: int = 0

    def draw(self) -> Pair:
        """Draw a pair, and begin to render its sound."""
        pair = draw_pair(self.human, self.composed, self.rng)
        for score in (pair.first, pair.second):
            wav_task(score)
        return pair


@st.fragment
def listening_test(opened: OpenModel) -> None:
    """Ask which of two passages a person wrote; show how often the model was taken for one."""
    st.markdown(
        f"You hear two passages of {BARS} bars: one from a piece that the model "
        f"**{escape(opened.choice.run.name)}** has never seen, "
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
        st.session_state.pop(_STATE, None)
        st.error(escape(message_of(error), 300))
        st.button("Again", icon=":material/refresh:", key="listening-again")
    _result(opened.choice.name)


def _prepare(opened: OpenModel) -> _Test:
    """Find the held-out pieces of the model and begin to compose bars to compare them with."""
    collection = training_collection(opened)
    if collection not in collection_names():
        collection = collection_names()[0]
    analysis = open_collection(collection)
    sides = splits_of_checkpoint(opened.choice.folder, collection, analysis.scores)
    held_out = [s for s, side in zip(analysis.scores, sides, strict=True) if side != "train"]
    test = _Test(opened.choice.name, held_out or list(analysis.scores))
    test.composing = Task(lambda report: _compose(opened, test.composed, report))
    return test


def _compose(opened: OpenModel, composed: list[Score], report: Progress) -> None:
    """Compose pieces one after another and add them to a list; progress is in bars of the first."""
    seed = int(np.random.default_rng().integers(10**6))
    settings = ComposeSettings(bars=COMPOSED_BARS, seed=seed)

    def on_bar(_variation: int, bars: int, _score: Score) -> None:
        report(min(bars, COMPOSED_BARS), COMPOSED_BARS)

    for variation in range(COMPOSED_PIECES):
        piece = opened.composer.compose_one(settings, variation, on_bar=on_bar)
        if piece.degenerate_repetition is None or variation == COMPOSED_PIECES - 1:
            composed.append(piece.score)


def _wait_for_first_piece(test: _Test) -> None:
    """Show how far the first piece is, until it is there. Raises what its composing raised."""
    place, task = st.empty(), test.composing
    while task is not None and not test.composed:
        if task.wait(POLL_SECONDS):
            task.result()
            break
        bar = f"bar {task.done} of {task.total}" if task.total else "a few seconds"
        share = task.done / task.total if task.total else 0.0
        passed = format_duration(time.monotonic() - task.started)
        place.progress(share, text=f"Composing what you will hear: {bar} … {passed}")
    place.empty()


def _ask(test: _Test) -> None:
    _wait_for_first_piece(test)
    if test.pair is None:
        test.pair, test.next_pair = test.next_pair or test.draw(), None
    pair = test.pair
    with st.spinner("Making the sound …", show_time=True):
        sounds = [wav_task(score).result() for score in (pair.first, pair.second)]
    if test.next_pair is None:
        test.next_pair = test.draw()
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
