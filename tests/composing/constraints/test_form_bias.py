"""Bars that come again: by hand, and in tunes of the model that ships."""

from dataclasses import replace

import numpy as np

from musicgen.composing.constraints.form_bias import LOGIT_BIAS, FormBias
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.generation import generate
from musicgen.encoding.events import DURATION, PITCH, SHIFT
from musicgen.encoding.grid import KEYS, MAX_GRID_UNITS
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import Metre
from musicgen.theory.form import form_of
from musicgen.training.run_folder.registry import find_checkpoint
from tests.helpers.compose_settings import plain_settings

TWO_FOUR = (Metre(0, 2, 4),)
QUARTER, BAR = 12, 24  # grid steps


def watching(form: str, *steps: tuple[int, int, int], pieces: int = 1) -> FormBias:
    watch = FormBias(pieces, form, TWO_FOUR)
    for shift, key, lasts in steps:
        watch.push(np.array([[shift, key, lasts - 1]] * pieces))
    return watch


def wished(watch: FormBias, field: str, *drawn: int) -> list[int]:
    """The values of a field that are not made less likely, for the first piece."""
    size = {SHIFT.name: MAX_GRID_UNITS + 1, PITCH.name: KEYS, DURATION.name: MAX_GRID_UNITS}[field]
    context = StepContext({}, np.zeros(1, int), np.zeros((1, 3), int), np.array([drawn], int))
    [rule] = watch.rules()[field]
    found = -rule(context, np.zeros((1, size)))[0]
    assert set(found) <= {0.0, LOGIT_BIAS}
    return np.flatnonzero(found == 0).tolist()


FIRST_BAR = ((0, 40, QUARTER), (QUARTER, 44, 6))


def test_a_bar_that_comes_again_is_wished_for_note_by_note():
    watch = watching("AA", *FIRST_BAR)
    assert wished(watch, SHIFT.name) == list(range(QUARTER + 1))  # its first note, or before it
    assert wished(watch, PITCH.name, QUARTER) == [40]
    assert wished(watch, DURATION.name, QUARTER, 40) == [QUARTER - 1]
    watch.push(np.array([[QUARTER, 40, QUARTER - 1]]))
    assert wished(watch, SHIFT.name) == [QUARTER]
    assert wished(watch, PITCH.name, QUARTER) == [44]
    watch.push(np.array([[QUARTER, 44, 5]]))  # it is over: what follows is not in this bar
    assert wished(watch, SHIFT.name) == list(range(QUARTER, MAX_GRID_UNITS + 1))


def test_the_notes_of_a_chord_come_one_after_the_other():
    watch = watching("AA", (0, 40, BAR), (0, 47, BAR), (BAR, 40, BAR))
    assert wished(watch, SHIFT.name) == [0]
    assert wished(watch, PITCH.name, 0) == [47]


def test_where_something_else_was_drawn_it_goes_on_from_there():
    watch = watching("AA", *FIRST_BAR, (QUARTER, 41, QUARTER))
    assert wished(watch, DURATION.name, QUARTER, 50) == list(range(MAX_GRID_UNITS))
    assert wished(watch, SHIFT.name) == [QUARTER]
    assert wished(watch, PITCH.name, 3) == list(range(KEYS))


def test_new_bars_are_left_alone():
    watch = watching("ABCA", *FIRST_BAR, (QUARTER, 50, QUARTER))
    assert wished(watch, SHIFT.name) == list(range(MAX_GRID_UNITS + 1))
    assert wished(watch, PITCH.name, QUARTER) == list(range(KEYS))


def test_pieces_are_kept_apart_and_go_on_apart():
    watch = watching("AA", (0, 40, BAR), pieces=2)
    watch.push(np.array([[BAR, 40, 5], [BAR, 41, 5]]))
    watch.select(np.array([1, 1]))
    watch.push(np.array([[6, 42, 5], [12, 43, 5]]))
    first, second = (piece.now for piece in watch._pieces)
    assert (first, second) == (BAR + 6, BAR + 12)


def test_bars_of_composed_tunes_come_again():
    engine = OnnxModel(open_checkpoint(find_checkpoint("fiddle")))
    plain, form = plain_settings(bars=8, variations=8, metre="2/4"), "ABCDABEF"
    again = []
    for settings in (plain, replace(plain, form=form)):
        found = [form_of(made.score) for made in generate(engine, settings)]
        again.append(np.mean([each[4:6] == "AB" for each in found]))
    assert again[1] > again[0] + 0.2
