"""The piece: while it is written, and then to see and to hear."""

from __future__ import annotations

from typing import Any

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.rendering.wav import TooLongForSound, sound_source
from musicgen.score import Score
from musicgen.ui.components.player import roll_player
from musicgen.ui.compose.form import state
from musicgen.ui.compose.piece.edit_view import rewrite_button
from musicgen.ui.compose.piece.originality_view import side_by_side
from musicgen.ui.compose.piece_cache import AT_ONCE, score_of, sound_of
from musicgen.ui.compose.piece_facts import (
    marks_of,
    originality_of,
    primer_notes,
    too_short_to_tell,
)
from musicgen.ui.compose.session import desk
from musicgen.ui.shared.tasks import ComposeTask
from musicgen.ui.shared.text import escape, format_clock, format_count, format_length

PATIENCE = 1.5  # seconds in which most pieces are written, before the page shows how it goes
LOOK = 0.5  # seconds between two looks
SILENCE = 1.0  # seconds without a new bar, after which the page counts them
NEAR_END = 0.9  # of the bars


def stage() -> None:
    """What is written now, or the piece that is shown; brings itself up to date."""
    here = desk()
    with st.empty():  # always there, so that the player keeps its place, and goes on playing
        if here.job is not None and _waited(here.job):
            here.take_result()
    if here.job is not None:
        st.fragment(_writing, run_every=LOOK)()
        return
    waits = _sound_is_coming(PATIENCE)
    st.fragment(_shown, run_every=LOOK if waits else None)(waits)


def _waited(job: ComposeTask[Any]) -> bool:
    """Whether it is over, after waiting a little."""
    with st.spinner("Writing …"):
        return job.wait(PATIENCE)


def _writing() -> None:
    job = desk().job
    if job is None or job.wait(0):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, job.bar / job.bars) if job.bars else 0.0, text=_standing(job))
        st.button("Stop", icon=":material/stop:", on_click=job.stop, key="stop-writing")
    if len(job.score):
        roll_player(job.score, b"", "player", turn=desk().turn)


def _standing(job: ComposeTask[Any]) -> str:
    if job.stopped:
        return "Stopping; what is there is kept …"
    waited = f" … {job.seconds_since_report:.0f} s" if job.seconds_since_report >= SILENCE else ""
    if not job.bar:
        return f"Writing{waited or ' …'}"
    words = f"Writing: bar {job.bar} of {job.bars}"
    closes = st.session_state.get(state.key_of("closes"))
    # Its last bars are not told of, and other variations are still to be closed.
    if closes and (job.bar >= job.bars - 1 > 0 or (waited and job.bar >= NEAR_END * job.bars)):
        return f"{words}, then choosing how it ends{waited or ' …'}"
    return words + waited


def _shown(waits: bool) -> None:
    """The piece with its player, and what can be done with what is chosen in it.

    waits: whether it is drawn again and again until its sound is there.
    """
    if waits and not _sound_is_coming(0):
        st.rerun()
    piece = desk().piece
    if piece is None:
        return
    try:
        score = score_of(piece)
    except UnknownPiece as problem:
        st.error(escape(str(problem)))
        return
    _variations()
    _headline(piece, score)
    marks, sound = marks_of(piece), _sound(piece, score)
    event = roll_player(
        score,
        sound,
        "player",
        primer_notes=primer_notes(piece),
        marks=marks,
        turn=desk().turn,
    )
    if not sound and score.seconds <= AT_ONCE:
        st.caption("Its sound is being made …")
    if not sound_source().startswith("SoundFont"):
        st.caption(f"The sound is made of {sound_source()}.")
    if event.selection:
        rewrite_button(piece, score, *event.selection, key="rewrite-chosen")
    report = originality_of(piece)
    if event.mark is not None and report and event.mark < len(report.matches):
        side_by_side(piece, score, report.matches[event.mark], "mark")


def _variations() -> None:
    here = desk()
    if len(here.batch) < 2:
        return
    chosen = st.segmented_control(
        "Variation",
        range(len(here.batch)),
        required=True,
        default=here.shown,
        format_func=lambda number: f"{number + 1}",
        key=f"variation-of-{here.batch[0].id}",
    )
    if chosen != here.shown:
        here.shown = int(chosen or 0)
        st.rerun()


def _headline(piece: SavedPiece, score: Score) -> None:
    words = [format_length(score), format_count(len(score), "note"), format_clock(score.seconds)]
    words += [f"seed {piece.settings.seed}", f"temperature {piece.settings.temperature:g}"]
    words.append(escape(piece.checkpoint.replace("@", ", ")))
    if piece.primer:
        words.append(escape(piece.primer, 80))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{escape(piece.name)}**", width="content")
        _badges(piece)
    st.caption(" · ".join(words))


def _badges(piece: SavedPiece) -> None:
    """What is most worth knowing of the piece, in two or three words each."""
    report = originality_of(piece)
    if report and report.human_95 is not None:
        if too_short_to_tell(piece):
            st.badge("too short to tell whether it is original", color="gray")
        elif report.longest_match <= report.human_95:
            st.badge("original", icon=":material/check:", color="green")
        else:
            st.badge("copies", icon=":material/content_copy:", color="red")
    if collapse := piece.facts.get("collapse"):
        st.badge(escape(str(collapse), 80), icon=":material/repeat:", color="red")
    if piece.facts.get("finished") is False:
        st.badge("stopped", icon=":material/stop:", color="orange")


def _sound(piece: SavedPiece, score: Score) -> bytes:
    """The WAV, or nothing while it is made or has to be asked for."""
    asked = f"sound-asked-{piece.id}"
    if score.seconds > AT_ONCE and not st.session_state.get(f"_{asked}"):
        if not st.button(f"Make its sound ({format_clock(score.seconds)})", key=asked):
            return b""
        st.session_state[f"_{asked}"] = True
    try:
        task = sound_of(score)
        if score.seconds > AT_ONCE:
            with st.spinner("Playing it into a file …", show_time=True):
                return task.result()
        return task.result() if task.wait(0) else b""
    except TooLongForSound as problem:
        st.info(escape(str(problem)))
        return b""


def _sound_is_coming(patience: float) -> bool:
    """Whether the piece's sound is still made, after waiting for so many seconds at most."""
    piece = desk().piece
    if piece is None:
        return False
    try:
        score = score_of(piece)
    except UnknownPiece:
        return False
    return score.seconds <= AT_ONCE and not sound_of(score).wait(patience)
