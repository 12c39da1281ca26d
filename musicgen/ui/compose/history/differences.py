"""Two pieces with the notes marked in which they differ, in words and in their rolls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import streamlit as st

from musicgen.score import Score
from musicgen.statistics.note_differences import Difference, NoteDifferences, note_differences
from musicgen.ui.components.player import NoteMarks, roll_player
from musicgen.ui.shared.text import escape, format_count

MAX_BAR_RANGES = 12  # that are named

_CHANGED_IN = {
    "pitch": "in pitch",
    "start": "in time",
    "duration": "in length",
    "velocity": "in velocity",
}


def differences_view(first: Score, second: Score, titles: tuple[str, str], key: str) -> None:
    """Say how the second piece differs from the first, and show both rolls with marked notes."""
    found = note_differences(first, second)
    st.markdown(differences_text(first, second, found))
    # Names of what a note of only one of them is called, in the order of the pieces.
    words = "removed: not in 2", "added: not in 1"
    rows = zip((first, second), (found.first, found.second), titles, words, strict=True)
    for number, (score, differences, title, word) in enumerate(rows, 1):
        st.markdown(f"**{escape(title)}**")
        marks = NoteMarks(differences.tolist(), word)
        roll_player(score, f"{key}-{number}", note_marks=marks, view_group=key)


def differences_text(first: Score, second: Score, found: NoteDifferences) -> str:
    """Counts of notes, the bars in which they are, and what else differs."""
    if found.same_notes == len(first) == len(second):
        parts = ["All notes are the same."]
    else:
        parts = [f"From 1 to 2: {_counts(found)}.", _bars_text(first, second, found)]
    if others := _other_differences(first, second):
        parts.append(f"Also different: {', '.join(others)}.")
    return " ".join(part for part in parts if part)


def _counts(found: NoteDifferences) -> str:
    words = [f"{format_count(found.same_notes, 'note')} the same"]
    if changed := len(found.changed):
        columns = {_CHANGED_IN[name]: n for name, n in found.changed_columns.items() if n}
        kinds = ", ".join(f"{count:,} {word}" for word, count in columns.items())
        words.append(f"{changed:,} changed ({kinds})")
    words.append(f"{found.removed_notes:,} removed")
    words.append(f"{found.added_notes:,} added")
    return ", ".join(words)


def _bars_text(first: Score, second: Score, found: NoteDifferences) -> str:
    """The bars of either piece that have such notes; none of performances, which have no bars."""
    if first.is_performance or second.is_performance:
        return ""
    bars: set[int] = set()
    for score, differences in ((first, found.first), (second, found.second)):
        starts = score.notes["start"][differences != Difference.SAME]
        bars |= set((score.bar_positions(starts)[0] + score.first_bar_number).tolist())
    return f"They differ in {_bar_names(sorted(bars))}."


def _bar_names(bars: Sequence[int]) -> str:
    """Rising printed numbers of bars in words: `the upbeat, bars 3 and 5 to 6`."""
    names = ["the upbeat"] if 0 in bars else []
    ranges = _ranges(bar for bar in bars if bar)
    if len(ranges) > MAX_BAR_RANGES:
        ranges = [*ranges[:MAX_BAR_RANGES], f"{len(ranges) - MAX_BAR_RANGES} other places"]
    if ranges:
        several = len(ranges) > 1 or "to" in ranges[0]
        last = f" and {ranges[-1]}" if len(ranges) > 1 else ""
        listed = ", ".join(ranges[:-1] if last else ranges)
        names.append(f"{'bars' if several else 'bar'} {listed}{last}")
    return ", ".join(names)


def _ranges(bar_numbers: Iterable[int]) -> list[str]:
    """Rising numbers of bars as ranges: 1, 3, 4, 5 are `1` and `3 to 5`."""
    ranges: list[list[int]] = []
    for number in bar_numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return [f"{low} to {high}" if high > low else f"{low}" for low, high in ranges]


def _other_differences(first: Score, second: Score) -> list[str]:
    """What differs beside the notes, in words."""
    a, b = first.on_grid(), second.on_grid()
    found = {
        "tempo": (a.tempo, a.tempo_changes) != (b.tempo, b.tempo_changes),
        "metre": a.metres != b.metres,
        "key signatures": a.keys != b.keys,
        "instruments": [(p.program, p.is_drum) for p in a.parts]
        != [(p.program, p.is_drum) for p in b.parts],
        "names of parts": [p.name for p in a.parts] != [p.name for p in b.parts],
        "pedal": not np.array_equal(a.pedal_changes, b.pedal_changes),
    }
    return [name for name, differs in found.items() if differs]
