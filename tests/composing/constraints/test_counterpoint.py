"""Parallels and clashes made less likely: by hand, and in pieces of the model that ships."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from musicgen.composing.constraints.counterpoint import (
    CLASH_BIAS,
    PARALLEL_BIAS,
    Counterpoint,
    parallel_keys,
)
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.generation import generate
from musicgen.encoding.events import PITCH
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import Score, notes_from
from musicgen.theory.voice_leading import clashes, parallels
from musicgen.training.run_folder.registry import find_checkpoint
from tests.helpers.compose_settings import plain_settings

C4 = 60 - LOWEST_KEY
QUARTER = 12


def struck(watch: Counterpoint, *steps: tuple[int, int, int]) -> None:
    """(shift, key, grid steps that it lasts) of one piece."""
    for shift, key, lasts in steps:
        watch.push(np.array([[shift, key, lasts - 1]]))


def less(watch: Counterpoint, shift: int) -> np.ndarray:
    """By how much each key (KEYS,) is made less likely after a shift."""
    [rule] = watch.rules()[PITCH.name]
    context = StepContext({}, np.zeros(1, int), np.zeros((1, 3), int), np.array([[shift]]))
    return -rule(context, np.zeros((1, KEYS)))[0]


def test_what_lies_a_semitone_from_a_sounding_note_is_less_likely_in_every_octave():
    watch = Counterpoint(1, 1.0)
    struck(watch, (0, C4, 2 * QUARTER))
    for shift in (0, QUARTER):
        found = less(watch, shift)
        away = (np.arange(KEYS) - C4) % 12
        assert np.flatnonzero(found).tolist() == np.flatnonzero((away == 1) | (away == 11)).tolist()
        assert set(found[found > 0]) == {CLASH_BIAS}
    assert not less(watch, 2 * QUARTER).any()  # it has ended


def test_a_fifth_after_a_fifth_is_less_likely_and_only_for_the_same_part():
    watch = Counterpoint(1, 0.5)
    struck(watch, (0, C4, QUARTER), (0, C4 + 7, QUARTER), (QUARTER, C4 + 2, QUARTER))
    found = less(watch, 0)
    assert found[C4 + 9] == PARALLEL_BIAS / 2 and found[C4 + 21] == PARALLEL_BIAS / 2
    assert found[C4 + 8] == 0 and found[C4 - 10] == 0
    struck(watch, (0, C4 + 5, QUARTER))  # the second part has its note: what follows is a third
    assert not (less(watch, 0) == PARALLEL_BIAS / 2).any()


def test_pieces_are_kept_apart():
    watch = Counterpoint(2, 1.0)
    watch.push(np.array([[0, C4, 11], [0, C4 + 6, 11]]))
    watch.select(np.array([1]))
    assert less(watch, 0)[C4 + 7] == CLASH_BIAS and less(watch, 0)[C4 + 1] == 0


CHORD = st.lists(st.integers(0, KEYS - 1), min_size=2, max_size=5, unique=True).map(sorted)


@given(CHORD, CHORD)
def test_what_is_avoided_is_what_is_counted(before: list[int], after: list[int]) -> None:
    size = min(len(before), len(after))
    before, after = before[:size], after[:size]
    avoided = any(after[n] in parallel_keys(before, after[:n]) for n in range(size))
    chords = Score(
        notes_from(
            (24 * at, 24, key + LOWEST_KEY)
            for at, keys in enumerate((before, after))
            for key in keys
        )
    )
    assert avoided == (parallels(chords) > 0)


def test_composed_chorales_have_fewer_of_both():
    engine = OnnxModel(open_checkpoint(find_checkpoint("chorales")))
    parallel, clashing = [], []
    for strength in (0.0, 1.0):
        settings = plain_settings(bars=8, variations=12, counterpoint=strength)
        scores = [made.score for made in generate(engine, settings)]
        parallel.append(np.nanmean([parallels(score) for score in scores]))
        clashing.append(np.nanmean([clashes(score) for score in scores]))
    assert parallel[1] < parallel[0] / 3
    assert clashing[1] < clashing[0] * 0.7
