"""Endings: what closes a piece, by hand, and that the shipped models' pieces close."""

from dataclasses import replace

import numpy as np
import pytest

from musicgen.composing.decoding.bound_stepper import BoundStepper
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.composing.ending import closing, with_ending
from musicgen.composing.generation import generate
from musicgen.composing.pipeline import Composer
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.steps import Features
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.score import Metre, Score, notes_from
from musicgen.theory.keys import find_keys
from musicgen.training.run_folder.registry import find_checkpoint
from tests.helpers.compose_settings import plain_settings

C, F, G = 0, 5, 7
MODELS = ("chorales", "fiddle")


def chords(*rows: tuple[int, int, str], metre: tuple[int, int] = (4, 4)) -> Score:
    """Start and duration in eighths, and keys."""
    notes = [(12 * at, 12 * long, int(key)) for at, long, keys in rows for key in keys.split()]
    return Score(notes_from(notes), 100.0, (Metre(0, *metre),))


BAR_OF_C = (0, 8, "48 55 64")


def test_a_chord_of_the_tonic_in_the_last_bar_closes_and_sounds_until_its_end() -> None:
    piece = chords(BAR_OF_C, (8, 2, "43 59 62"), (10, 2, "48 60 64"), (12, 2, "53 57 60"))
    found = closing(piece, C)
    assert found is not None
    last = found.notes[found.notes["start"] == 120]
    assert last["pitch"].tolist() == [48, 60, 64] and set(last["duration"]) == {72}
    assert found.end == 192 and len(found) == 9  # what came after is gone


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ("52 60 67", "the third is in the bass"),
        ("48 60 65", "a note that is not of the triad"),
        ("48", "one note where there were three"),
    ],
)
def test_what_does_not_close(last: str, why: str) -> None:
    assert closing(chords(BAR_OF_C, (8, 4, "43 59 62"), (12, 4, last)), C) is None, why


def test_a_last_chord_is_on_a_beat_and_has_room() -> None:
    assert closing(chords(BAR_OF_C, (8, 5, "43 59 62"), (13, 3, "48 60 64")), C) is None
    assert closing(chords(BAR_OF_C, (8, 7, "43 59 62"), (15, 1, "48 60 64")), C) is None


def test_minor_and_other_tonics_close_too() -> None:
    assert closing(chords(BAR_OF_C, (8, 4, "48 52 55"), (12, 4, "41 56 60")), F) is not None
    assert closing(chords(BAR_OF_C, (8, 4, "48 52 55"), (12, 4, "41 56 60")), G) is None


def test_a_tune_closes_on_its_tonic_on_a_dotted_beat() -> None:
    tune = [(at, 1, str(60 + at % 5)) for at in range(9)]
    assert closing(chords(*tune, (9, 3, "60"), metre=(6, 8)), C) is not None
    assert closing(chords(*tune, (9, 1, "62"), (10, 2, "60"), metre=(6, 8)), C) is None


@pytest.fixture(scope="module", params=MODELS)
def shipped(request: pytest.FixtureRequest) -> tuple[OnnxModel, TrainingProfile]:
    folder = find_checkpoint(request.param)
    return OnnxModel(open_checkpoint(folder)), TrainingProfile.load(folder)


def tonic(score: Score) -> int:
    [key] = find_keys([score])
    return key.tonic if key else 0


def test_the_shipped_models_pieces_close(shipped: tuple[OnnxModel, TrainingProfile]) -> None:
    """Twelve pieces: few close as they come, nearly all with sixteen endings to choose from."""
    engine, known = shipped
    settings = plain_settings(seed=11, variations=12)
    plain = Composer(engine, known).compose(settings)
    ended = Composer(engine, known).compose(replace(settings, endings=16))
    few, most = (
        sum(closing(piece.score, tonic(piece.score)) is not None for piece in pieces)
        for pieces in (plain, ended)
    )
    assert few < most >= 9
    for before, after in zip(plain, ended, strict=True):
        bar = 14 * before.score.metres[0].ticks_per_bar
        kept = [piece.score.notes for piece in (before, after)]
        earlier = [notes[["start", "pitch"]][notes["start"] < bar] for notes in kept]
        assert np.array_equal(*earlier)
        assert after.score.bars == 16
        limit = after.composition.settings.max_copy
        assert after.originality is not None and after.originality.longest_match <= (limit or 0)


def test_the_same_settings_end_the_same_way_alone(
    shipped: tuple[OnnxModel, TrainingProfile],
) -> None:
    engine, known = shipped
    settings = plain_settings(seed=11, variations=3, endings=4)
    third = Composer(engine, known).compose(settings)[2]
    variation = third.composition.variation
    assert Composer(engine, known).compose_one(settings, variation).score == third.score


def test_an_ending_is_drawn_from_where_the_model_was(
    shipped: tuple[OnnxModel, TrainingProfile], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, known = shipped
    settings = plain_settings(bars=8, endings=6, variations=4)
    runs: list[int] = []
    logits = BoundStepper.logits

    def counted(stepper: BoundStepper, features: Features, drawn: np.ndarray) -> np.ndarray:
        runs.append(len(drawn))
        return logits(stepper, features, drawn)

    pieces, saved = generate(engine, settings, index=known.index), 0
    monkeypatch.setattr(BoundStepper, "logits", counted)
    for made in pieces:
        assert made.fork is not None
        ended = with_ending(engine, made, known.index)
        kept = len(runs)
        again = with_ending(engine, replace(made, fork=None), known.index)
        assert ended.score == again.score
        saved += len(runs) - 2 * kept
        runs.clear()
    assert saved > 50  # notes that need not be heard again


def test_what_is_not_to_be_closed_stays(shipped: tuple[OnnxModel, TrainingProfile]) -> None:
    engine, known = shipped
    for settings in (
        plain_settings(seed=1, bars=8),
        plain_settings(seed=1, bars=3, endings=4),
        plain_settings(seed=1, bars=None, notes=40, endings=4),
    ):
        [piece] = Composer(engine, known).compose(settings)
        assert with_ending(engine, piece.composition) is piece.composition
