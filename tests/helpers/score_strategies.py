"""Hypothesis strategies for scores."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from musicgen.metres import COMMON_TIME, TICKS_PER_QUARTER, Metre
from musicgen.score import Score, notes_from
from musicgen.score_fields import PEDAL_CHANGE_DTYPE, KeySignature, Part, TempoChange

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


QUARTERS = 8  # length of the bands
TEMPI = st.sampled_from((60.0, 97.5, 120.0, 240.0))


@st.composite
def bands(draw: st.DrawFn, tick: int = 1) -> Score:
    """Bands of one to four parts, some of one track, with all that a score holds.

    Each part has notes, and a track at most one part of drums. Notes lie on multiples of `tick` and
    overlap on one key; pedals, tempi, metres and keys change anywhere, and some change nothing.
    """
    tracks = np.cumsum([0, *draw(st.lists(st.integers(0, 1), max_size=3))]).tolist()
    programs = draw(st.lists(st.sampled_from((0, 24, 127)), min_size=4, max_size=4))
    drums = draw(st.sets(st.sampled_from(tracks)))
    parts = tuple(
        Part("Part", program, track in drums and track not in tracks[:number], track)
        for number, (track, program) in enumerate(zip(tracks, programs, strict=False))
    )
    end = QUARTERS * TICKS_PER_QUARTER
    steps, ticks = st.integers(0, end // tick), st.integers(0, end)
    note = st.tuples(steps, st.integers(1, 96 // tick), st.integers(50, 56), st.integers(1, 127))
    rows = [
        (start * tick, duration * tick, pitch, velocity, part.program, number)
        for number, part in enumerate(parts)
        for start, duration, pitch, velocity in draw(st.lists(note, min_size=1, max_size=6))
    ]
    values = st.sampled_from((0, 40, 63, 64, 100, 127))
    pedal = draw(st.lists(st.tuples(ticks, values, st.integers(0, len(parts) - 1)), max_size=8))
    changes = draw(st.lists(st.builds(TempoChange, ticks, TEMPI), max_size=4))
    keys = draw(
        st.lists(st.builds(KeySignature, ticks, st.integers(-7, 7), st.booleans()), max_size=3)
    )
    return Score(
        notes_from(rows),
        draw(TEMPI),
        draw(METRES_OF_BANDS),
        "made up",
        parts,
        tuple(sorted(changes, key=lambda change: change.start)),
        tuple({key.start: key for key in sorted(keys, key=lambda key: key.start)}.values()),
        np.array(sorted(pedal), PEDAL_CHANGE_DTYPE),
    )


METRES_OF_BANDS = st.sampled_from(
    (
        (COMMON_TIME,),
        (Metre(0, 1, 4), Metre(24, 4, 4)),  # a pickup
        (Metre(0, 6, 8), Metre(120, 5, 4), Metre(168, 7, 16)),  # two bars are cut short
        (Metre(0, 4, 4), Metre(72, 2, 4), Metre(96, 4, 4)),
        (Metre(0, 3, 4), Metre(72, 3, 4)),  # changes nothing
    )
)
