"""Scores to render: a hypothesis strategy, random ones, and metres by hand."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from musicgen.metres import Metre
from musicgen.score import Score, notes_from, without_overlaps

PICKUP = (Metre(0, 1, 4), Metre(24, 4, 4))
CHANGES = (Metre(0, 3, 4), Metre(144, 6, 8), Metre(370, 5, 8))  # bar 3 of 6/8 is cut short
METRES = [(Metre(0, 4, 4),), (Metre(0, 6, 8),), PICKUP, CHANGES]


def scores(max_notes: int = 30) -> st.SearchStrategy[Score]:
    """Any score of up to three parts that overlap, in one metre or several."""
    row = st.tuples(
        st.integers(0, 500),  # start
        st.sampled_from([1, 2, 3, 5, 8, 12, 13, 24, 36, 100, 200]),  # duration
        st.integers(0, 127),
        st.integers(1, 127),
        st.sampled_from([0, 40, 71, 127]),  # programme
        st.integers(0, 2),  # part
    )
    metre = st.builds(Metre, st.just(0), st.integers(1, 12), st.sampled_from([2, 4, 8, 16]))
    metres = st.one_of(st.just(PICKUP), st.just(CHANGES), st.tuples(metre))
    tempo = st.floats(20, 400)
    return st.builds(
        lambda rows, tempo, metres: Score(notes_from(rows), tempo, metres),
        st.lists(row, min_size=1, max_size=max_notes),
        tempo,
        metres,
    )


def random_score(
    rng: np.random.Generator, notes: int = 200, metres: tuple[Metre, ...] | None = None
) -> Score:
    """Score of random notes on any tick, in up to three parts; by default in one of METRES."""
    rows = np.stack(
        [
            rng.integers(0, 12 * notes, notes),
            rng.choice([1, 3, 6, 8, 12, 24, 36, 48, 77, 200], notes),
            rng.integers(21, 109, notes),
            rng.integers(1, 128, notes),
            rng.choice([0, 19, 40, 73], notes),
            rng.integers(0, 3, notes),
        ],
        axis=1,
    )
    metres = metres or METRES[int(rng.integers(4))]
    return Score(notes_from(rows.tolist()), float(rng.integers(40, 240)), metres)


def one_note_a_key(score: Score) -> Score:
    """The score without notes that begin while their part sounds their key."""
    parts = [score.notes[score.notes["part"] == part] for part in range(len(score.parts))]
    return replace(score, notes=np.concatenate([without_overlaps(notes) for notes in parts]))


def midi_notes(score: Score, scale: int = 1) -> list[tuple[int, int, int, int, int]]:
    """Start, duration, pitch, velocity, programme of all MIDI tracks' notes, times scaled."""
    return sorted(
        (note[0] * scale, note[1] * scale, note[2], note[3], note[4])
        for note in score.notes.tolist()
    )
