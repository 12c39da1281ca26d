"""How far pieces reach: by hand, and in chorales of the model that ships."""

from dataclasses import replace

import numpy as np

from musicgen.composing.constraints.ambitus import LOGIT_BIAS, Ambitus
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.generation import generate
from musicgen.encoding.events import PITCH
from musicgen.encoding.grid import KEYS
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.registry import find_checkpoint
from tests.helpers.compose_settings import plain_settings


def less(watch: Ambitus, pieces: int = 1) -> np.ndarray:
    context = StepContext(
        {}, np.zeros(pieces, int), np.zeros((pieces, 3), int), np.zeros((pieces, 1), int)
    )
    [rule] = watch.rules()[PITCH.name]
    return -rule(context, np.zeros((pieces, KEYS)))


def test_a_key_costs_the_semitones_by_which_it_widens_the_range_beyond_the_usual():
    watch = Ambitus(1, 10)
    assert not less(watch).any()  # the first note may be anywhere
    watch.push(np.array([[0, 40, 0]]))
    watch.push(np.array([[0, 46, 0]]))
    [found] = less(watch)
    assert not found[36:51].any()
    assert found[51] == LOGIT_BIAS and found[53] == 3 * LOGIT_BIAS and found[34] == 2 * LOGIT_BIAS


def test_a_piece_that_reaches_farther_already_pays_for_more_alone():
    watch = Ambitus(2, 10)
    watch.push(np.array([[0, 40, 0], [0, 40, 0]]))
    watch.push(np.array([[0, 45, 0], [0, 60, 0]]))
    watch.select(np.array([1]))
    [found] = less(watch)
    assert not found[40:61].any() and found[61] == LOGIT_BIAS and found[39] == LOGIT_BIAS


def test_composed_chorales_reach_less_far():
    engine = OnnxModel(open_checkpoint(find_checkpoint("chorales")))
    plain = plain_settings(bars=12, variations=12)
    wide, usual = (
        np.mean([np.ptp(made.score.notes["pitch"]) for made in generate(engine, settings)])
        for settings in (plain, replace(plain, span=34))
    )
    assert usual < wide - 1.5
