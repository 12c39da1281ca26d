"""How original a piece is, with the evidence."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from musicgen.composing.originality.index import HeldOutOverlap
from musicgen.composing.originality.report import MIN_MATCH_NOTES, Match, Originality
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.corpus.errors import CorpusError
from musicgen.encoding.events import EventsEncoding
from musicgen.rendering.figures.roll import piano_roll
from musicgen.score import Score, first_bar_number
from musicgen.ui.compose.models import find_opened, source_of
from musicgen.ui.compose.piece_cache import sound_of
from musicgen.ui.compose.piece_facts import originality_of, primer_notes, too_short_to_tell
from musicgen.ui.data.choose_collection import collection_names
from musicgen.ui.data.open_collection import open_collection
from musicgen.ui.shared.text import bar_label, escape, format_count


def original_view(piece: SavedPiece, score: Score) -> None:
    """The longest run, the share of notes in runs, human figures, and every run."""
    report, opened = originality_of(piece), find_opened(piece.checkpoint)
    if report is None:
        st.info("Nothing is known of the training pieces of this model: it has no index of them.")
        return
    index = opened.profile.index if opened else None
    human = index.held_out_overlap if index else None
    _figures(report, human, piece.settings.max_copy)
    if too_short_to_tell(piece):
        st.info(f"It has fewer than {MIN_MATCH_NOTES} notes: too few to tell whether it is a copy.")
    else:
        st.markdown(_verdict(report))
    if report.matches:
        _matches(piece, score, report)


def side_by_side(piece: SavedPiece, score: Score, match: Match, key: str) -> None:
    """The stretch of the piece and the one that it is like, to see and to hear."""
    given = primer_notes(piece)
    here = _stretch(score, given + match.first, match.notes)
    with st.container(key=f"side-by-side-{key}"):
        left, right = st.columns(2)
    with left:
        st.markdown("**In this piece**")
        _heard(here, f"{key}-here")
    with right:
        st.markdown(f"**In {escape(match.source)}**, {bar_label(match.source_bar)}")
        source = _source(piece, match)
        if source is None:
            st.caption("The collection that it comes from is not among those here.")
        else:
            _heard(source, f"{key}-source")


def _figures(report: Originality, human: HeldOutOverlap | None, max_copy: int | None) -> None:
    with st.container(horizontal=True):
        several = "s" * (report.longest_match_bars != 1)
        bars = f"{report.longest_match_bars:g} bar{several}"
        bars = bars if report.longest_match else "none of 8 or more"
        st.metric(
            "Longest shared stretch", format_count(report.longest_match, "note"), bars,
            delta_color="off", delta_arrow="off", border=True,
        )  # fmt: skip
        people = f"people: {human.share_8_50:.0%}, at most {human.share_8_95:.0%}" if human else ""
        st.metric(
            "Notes in shared stretches", f"{report.share_8:.0%}", people or None,
            delta_color="off", delta_arrow="off", border=True,
            help="The share of its notes in stretches of 8 or more that a training piece has, too.",
        )  # fmt: skip
        if report.human_95 is not None:
            st.metric(
                "People's longest", format_count(round(report.human_95), "note"),
                "95 of 100 pieces have no longer one", delta_color="off", delta_arrow="off",
                border=True,
                help="Pieces of the collection that the model never saw, against those it did.",
            )  # fmt: skip
        guard = format_count(max_copy, "note") if max_copy else "off"
        st.metric("Forbidden beyond", guard, border=True, help="While it was composed.")


def _verdict(report: Originality) -> str:
    if not report.matches:
        return "No stretch of 8 notes or more stands in a training piece, in any key."
    where = f"The longest is in **{escape(report.source)}**, {bar_label(report.source_bar or 0)}."
    if report.human_95 is None:
        return where
    if report.longest_match <= report.human_95:
        return f"No more alike than composers of this collection are to each other. {where}"
    return f"**More alike than composers of this collection are to each other.** {where}"


def _matches(piece: SavedPiece, score: Score, report: Originality) -> None:
    """A table of the matches; the one that is chosen is shown beside its source."""
    first = first_bar_number(score.metres)
    matches = sorted(report.matches, key=lambda match: -match.notes)
    bars = score.bar_positions([match.start for match in matches])[0] + first
    table = pd.DataFrame(
        {
            "bar": bars,
            "notes": [match.notes for match in matches],
            "source": [match.source for match in matches],
            "source bar": [match.source_bar for match in matches],
            "semitones": [match.semitones for match in matches],
        }
    )
    st.caption("Choose one to see and hear both side by side.")
    picked = st.dataframe(
        table, hide_index=True, key=f"matches-{piece.id}", on_select="rerun",
        selection_mode="single-row", height="auto" if len(table) < 10 else 320,
        column_config={"semitones": st.column_config.NumberColumn(help="above the source")},
    )  # fmt: skip
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(matches):
        side_by_side(piece, score, matches[rows[0]], "row")


def _stretch(score: Score, first: int, notes: int) -> Score:
    """Some notes of a score, moved to its first bar, at the place in the bar that they have."""
    chosen = score.notes[first : first + notes].copy()
    if not len(chosen):
        return replace(score, notes=chosen)
    start = int(chosen["start"][0])
    chosen["start"] -= start - int(score.bar_positions([start])[1][0])
    metre = [metre for metre in score.metres if metre.start <= start][-1]
    return replace(score, notes=chosen, metres=(replace(metre, start=0),))


def _source(piece: SavedPiece, match: Match) -> Score | None:
    """The stretch of the training piece, from the collection that the model learned from."""
    opened = find_opened(piece.checkpoint)
    source = source_of(opened) if opened else ""
    if source not in collection_names():  # a path that a stranger's run may have brought along
        return None
    try:
        analysis = open_collection(source)
    except (CorpusError, OSError):
        return None
    for score in analysis.scores:
        if score.name == match.source:
            return _stretch(EventsEncoding().canonical(score), match.source_note, match.notes)
    return None


def _heard(score: Score, key: str) -> None:
    roll = piano_roll(score, height=220).update_layout(showlegend=False)  # there is no room for it
    st.plotly_chart(roll, key=f"side-{key}", config={"displaylogo": False})
    st.audio(sound_of(score).result(), format="audio/wav")
