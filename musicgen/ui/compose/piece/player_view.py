"""Player of the piece that is shown, or the progress of the one that is being composed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.composing.records.takes import parent_of
from musicgen.files import message_of
from musicgen.score import Score
from musicgen.ui.components.player import roll_player
from musicgen.ui.compose.link import OTHER_NOTES, recipe_of
from musicgen.ui.compose.measured import up_to_date
from musicgen.ui.compose.models import model_label
from musicgen.ui.compose.piece.edit_view import infill_button
from musicgen.ui.compose.piece.editor_view import chooses_editor, editor_view, show_edits
from musicgen.ui.compose.piece.originality_view import match_view
from musicgen.ui.compose.piece.sound_view import sound_popover
from musicgen.ui.compose.piece_cache import chord_symbols, score_of
from musicgen.ui.compose.piece_facts import (
    is_too_short_to_judge,
    marks_of,
    originality_of,
    primer_notes,
)
from musicgen.ui.compose.session import current_session
from musicgen.ui.shared.frame import announce
from musicgen.ui.shared.tasks import ComposeTask
from musicgen.ui.shared.text import escape, format_length, score_facts

# Most pieces are composed before their progress is shown.
PATIENCE_SECONDS = 1.5
POLL_SECONDS = 0.5
SILENCE_SECONDS = 1.0  # without a new bar, after which the seconds are shown
NEAR_END = 0.9  # share of the bars


def player_view() -> None:
    """Show the task that runs, or the piece; updates itself."""
    session = current_session()
    with st.empty():  # always there, so that the player keeps its place and goes on playing
        if session.task is not None and _is_done_soon(session.task):
            session.finish_task()
    if session.task is not None:
        st.fragment(_progress, run_every=POLL_SECONDS)()
        return
    _piece()


def _is_done_soon(task: ComposeTask[Any]) -> bool:
    with st.spinner("Writing …"):
        return task.wait(PATIENCE_SECONDS)


def _progress() -> None:
    task = current_session().task
    if task is None or task.wait(0):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        share = min(1.0, task.bar / task.bars) if task.bars else 0.0
        st.progress(share, text=progress_text(task))
        announce("A piece is being written.")
        st.button("Stop", icon=":material/stop:", on_click=task.stop, key="stop-composing")
    if len(task.score):
        roll_player(task.score, "player", scroll_count=current_session().scroll_count)


def progress_text(task: ComposeTask[Any]) -> str:
    """Say which bar is being written, and for how long none was."""
    if task.stopped:
        return "Stopping; the bars written so far are saved …"
    silence = task.seconds_since_report
    waiting = f" … {silence:.0f} s" if silence >= SILENCE_SECONDS else ""
    if not task.bar:
        return f"Writing{waiting or ' …'}"
    text = f"Writing: bar {task.bar} of {task.bars}"
    # The last bars are not reported, and other variations may still be writing theirs.
    is_near_end = task.bar >= task.bars - 1 > 0 or (waiting and task.bar >= NEAR_END * task.bars)
    if task.chooses_ending and is_near_end:
        return f"{text}, then choosing how it ends{waiting or ' …'}"
    return text + waiting


@st.fragment
def _piece() -> None:
    """Show the piece with its player, and act on what is selected in it."""
    session = current_session()
    session.refresh()
    piece = session.piece
    if piece is None:
        return
    try:
        piece = session.replace(up_to_date(piece))
        score = score_of(piece)
    except UnknownPiece as error:
        st.error(escape(message_of(error)))
        return
    _variation_control()
    _headline(piece, score)
    with st.container(horizontal=True, vertical_alignment="center"):
        edits = chooses_editor()
        has_chords = not edits and not score.is_performance and _shows_chords(piece)
        sound_popover()
    if edits:
        editor_view(piece)
        return
    event = roll_player(
        score,
        "player",
        primer_notes=primer_notes(piece),
        marks=marks_of(piece),
        scroll_count=session.scroll_count,
        piece_id=piece.id,
        chords=chord_symbols(score) if has_chords else (),
    )
    show_edits(piece, event.edits)
    if event.bars:
        infill_button(piece, score, *event.bars, key="infill-selected")
    report = originality_of(piece)
    if event.mark is not None and report and event.mark < len(report.matches):
        match_view(piece, score, report.matches[event.mark], "mark")


def _shows_chords(piece: SavedPiece) -> bool:
    """Widget that shows chord symbols above the roll; at first those of a piece with asked ones."""
    return st.toggle(
        "Chords", bool(piece.settings.chords), key=f"roll-chords-{piece.id}",
        help="The chords that are found in the notes, beat by beat.",
    )  # fmt: skip


def _variation_control() -> None:
    session = current_session()
    if len(session.pieces) < 2:
        return
    changed = {parent_of(piece) for piece in session.pieces}
    index = st.segmented_control(
        "Variation",
        range(len(session.pieces)),
        required=True,
        default=session.shown_index,
        # The piece whose bars were composed again is beside its new versions.
        format_func=lambda i: "before" if session.pieces[i].id in changed else f"{i + 1}",
        key=f"variation-of-{session.pieces[0].id}",
    )
    if index != session.shown_index:
        session.shown_index = int(index or 0)
        st.rerun()


def _headline(piece: SavedPiece, score: Score) -> None:
    """Name, badges and details, then length and prompt in one line."""
    parts = score_facts(score)
    if piece.primer:
        parts.append(escape(piece.primer, 80))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{escape(piece.name)}**", width="content")
        _badges(piece)
        _details(piece)
    st.caption(" · ".join(parts))
    announce(f"The piece is there: {piece.name}, {format_length(score)}.")
    if piece.settings.draws_other_notes and recipe_of(piece).begin is not None:
        st.caption(f"Composed by an earlier version: {OTHER_NOTES}.")


def _details(piece: SavedPiece) -> None:
    """What the piece was composed with, and a button that puts it into the form."""
    settings, session = piece.settings, current_session()
    # Of the pieces that are composed at once, those with the lowest penalty are shown.
    variation = f", candidate {piece.variation + 1}" if piece.variation else ""
    with st.popover("Details", type="tertiary", key=f"details-{piece.id}"):
        rows = {
            "Model": escape(model_label(piece.checkpoint)),
            "Seed": f"{settings.seed}{variation}",
            "Temperature": f"{settings.sampling('').temperature:g}",
            "Top-p": f"{settings.top_p:g}",
        }
        st.markdown("  \n".join(f"{name}: **{value}**" for name, value in rows.items()))
        if st.button("Use its settings", key=f"use-settings-{piece.id}"):
            session.piece_to_restore = piece
            st.rerun()


def _badges(piece: SavedPiece) -> None:
    """Verdicts on the piece in a few words each."""
    report = originality_of(piece)
    if report and report.human_95 is not None and piece.facts.get("notes"):
        if is_too_short_to_judge(piece):
            st.badge("too short to tell whether it is original", color="gray")
        elif report.longest_match <= report.human_95:
            st.badge("original", icon=":material/check:", color="green")
        else:
            st.badge("copies", icon=":material/content_copy:", color="red")
    if repetition := piece.facts.get("collapse"):
        st.badge(escape(str(repetition), 80), icon=":material/repeat:", color="red")
    if piece.facts.get("finished") is False:
        st.badge("stopped", icon=":material/stop:", color="orange")
