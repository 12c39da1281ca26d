"""Hypothesis strategies for scores."""

from __future__ import annotations

from hypothesis import strategies as st

from musicgen.metres import COMMON_TIME, Metre
from musicgen.score import Score, notes_from

NOTE = st.tuples(
    st.integers(0, 900),  # start
    st.integers(1, 700),  # duration
    st.integers(0, 127),  # pitch
    st.integers(1, 127),  # velocity
    st.sampled_from((0, 24, 127)),  # program
    st.sampled_from((0, 1, 7)),  # part
)
METRES = st.sampled_from(
    (
        (COMMON_TIME,),
        (Metre(0, 3, 4),),
        (Metre(0, 1, 4), Metre(24, 4, 4)),  # a pickup
        (Metre(0, 6, 8), Metre(216, 5, 4), Metre(700, 7, 16)),
    )
)


def scores(most: int = 40, low: int = 0, high: int = 127) -> st.SearchStrategy[Score]:
    """Scores of 0 to `most` notes with pitches from low to high, overlaps and unisons included."""
    notes = st.lists(NOTE.filter(lambda row: low <= row[2] <= high), max_size=most)
    return st.builds(
        lambda rows, tempo, metres: Score(notes_from(rows), tempo, metres, "made up"),
        notes,
        st.sampled_from((60.0, 97.5, 240.0)),
        METRES,
    )
