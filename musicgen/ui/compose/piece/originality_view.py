"""Originality of a piece: its metrics, a verdict, and every match beside its source."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from musicgen.composing.originality.index import MIN_MATCH_NOTES, HeldOutOverlap
from musicgen.composing.originality.report import Match, Originality
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.corpus.errors import CorpusError
from musicgen.encoding.events import EventsEncoding
from musicgen.metres import first_bar_number
from musicgen.rendering.figures.roll import piano_roll
from musicgen.score import Score
from musicgen.ui.compose.models import find_open_model, training_collection
from musicgen.ui.compose.piece_cache import wav_task
from musicgen.ui.compose.piece_facts import (
    is_too_short_to_judge,
    longest_shared,
    originality_of,
    primer_notes,
)
from musicgen.ui.data.choose_collection import collection_names
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.selectable_table import selectable_table
from musicgen.ui.shared.text import bar_label, escape, format_count


def originality_view(piece: SavedPiece, score: Score) -> None:
    """Show the report of a piece."""
    report, opened = originality_of(piece), find_open_model(piece.checkpoint)
    if report is None:
        st.info("This model came without an index of its training pieces: nothing to compare with.")
        return
    index = opened.profile.index if opened else None
    _metrics(report, index.held_out_overlap if index else None, piece.settings.max_copy)
    if is_too_short_to_judge(piece):
        st.info("It has too few notes to tell whether it is a copy.")
    else:
        st.markdown(_verdict(report))
    if report.matches:
        _matches_table(piece, score, report)


def match_view(piece: SavedPiece, score: Score, match: Match, key: str) -> None:
    """Show a matching passage of the piece and of the training piece, side by side."""
    offset = primer_notes(piece)
    passage = _passage(score, offset + match.first, offset + match.stop).pitched
    with st.container(key=f"side-by-side-{key}"):
        left, right = st.columns(2)
    with left:
        st.markdown("**In this piece**")
        _roll_and_sound(passage, f"{key}-here")
    with right:
        st.markdown(f"**In {escape(match.source)}**, {bar_label(match.source_bar)}")
        source_passage = _source_passage(piece, match)
        if source_passage is None:
            st.caption("Its collection is not among those here.")
        else:
            _roll_and_sound(source_passage, f"{key}-source")


def _metrics(report: Originality, overlap: HeldOutOverlap | None, max_copy: int | None) -> None:
    cells = [column for _ in range(2) for column in st.columns(2, gap="small")]
    with cells[0]:
        bars = f"{report.longest_match_bars:g} bar{'s' * (report.longest_match_bars != 1)}"
        st.metric(
            "Longest shared passage", longest_shared(report),
            bars if report.longest_match else f"of {MIN_MATCH_NOTES} notes or more",
            delta_color="off", delta_arrow="off", border=True, height="stretch",
        )  # fmt: skip
    with cells[1]:
        people = (
            f"in people's pieces {overlap.share_8_50:.0%}, seldom over {overlap.share_8_95:.0%}"
            if overlap
            else None
        )
        st.metric(
            "Notes in shared passages", f"{report.share_8:.0%}", people,
            delta_color="off", delta_arrow="off", border=True, height="stretch",
            help=f"Notes in passages of {MIN_MATCH_NOTES} or more that occur in a training piece.",
        )  # fmt: skip
    if report.human_95 is not None:
        with cells[2]:
            st.metric(
                "Longest in people's pieces", format_count(round(report.human_95), "note"),
                "95 of 100 pieces have no longer one", delta_color="off", delta_arrow="off",
                border=True, height="stretch",
                help="Held-out pieces of the collection, compared with those that the model was "
                "trained on.",
            )  # fmt: skip
    limit = format_count(max_copy, "note") if max_copy else "off"
    with cells[3] if report.human_95 is not None else cells[2]:
        st.metric(
            "Longest copy allowed", limit, border=True, height="stretch",
            help="While it was composed.",
        )  # fmt: skip


def _verdict(report: Originality) -> str:
    """Sentence, in Markdown, that compares the longest match with those of people's pieces."""
    if not report.matches:
        return (
            f"No passage of {MIN_MATCH_NOTES} notes or more occurs in a training piece, in any key."
        )
    where = f"The longest is in **{escape(report.source)}**, {bar_label(report.source_bar or 0)}."
    if report.human_95 is None:
        return where
    if report.longest_match <= report.human_95:
        return f"No more alike than composers of this collection are to each other. {where}"
    return f"**More alike than composers of this collection are to each other.** {where}"


def _matches_table(piece: SavedPiece, score: Score, report: Originality) -> None:
    """Table of the matches, the longest first; the selected one is shown beside its source."""
    matches = sorted(report.matches, key=lambda match: -match.notes)
    bars, _, _ = score.bar_positions([match.start for match in matches])
    table = pd.DataFrame(
        {
            "bar": bars + first_bar_number(score.metres, score.resolution),
            "notes": [match.notes for match in matches],
            "source": [match.source for match in matches],
            "source bar": [match.source_bar for match in matches],
            "semitones": [match.semitones for match in matches],
        }
    )
    st.caption("Select one to see and hear both side by side.")
    by_id = {f"{match.first}-{match.notes}-{n}": match for n, match in enumerate(matches)}
    selected = selectable_table(
        table, list(by_id), f"matches-{piece.id}",
        height="auto" if len(table) < 10 else 320,
        column_config={"semitones": st.column_config.NumberColumn(help="above the source")},
    )  # fmt: skip
    for match_id in selected[:1]:
        match_view(piece, score, by_id[match_id], "row")


def _passage(score: Score, first: int, stop: int) -> Score:
    """Cut out some notes and move them to bar 1, at the same beat."""
    passage = score.notes[first:stop].copy()
    if not len(passage):
        return replace(score, notes=passage)
    start = int(passage["start"][0])
    _, ticks_in_bar, _ = score.bar_positions([start])
    passage["start"] -= start - int(ticks_in_bar[0])
    metre = [metre for metre in score.metres if metre.start <= start][-1]
    return replace(score, notes=passage, metres=(replace(metre, start=0),))


def _source_passage(piece: SavedPiece, match: Match) -> Score | None:
    """Cut the passage out of the training piece; None if its collection is not here."""
    opened = find_open_model(piece.checkpoint)
    collection = training_collection(opened) if opened else ""
    if collection not in collection_names():  # a stranger's run may name any path
        return None
    try:
        analysis = open_collection(collection)
    except (CorpusError, OSError):
        return None
    encoding = EventsEncoding(clock=opened.model.encoding.grid.name) if opened else EventsEncoding()
    for score in analysis.scores:
        if score.name == match.source:
            first = match.source_note
            return _passage(encoding.canonical(score.pitched), first, first + match.notes)
    return None


def _roll_and_sound(score: Score, key: str) -> None:
    roll = piano_roll(score, height=220).update_layout(showlegend=False)  # no room for it
    st.plotly_chart(roll, key=f"side-{key}", config={"displaylogo": False})
    st.audio(wav_task(score).result(), format="audio/wav")
