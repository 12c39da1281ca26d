"""Parameter counts against the models that Keras builds."""

import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.models.build import build_model
from musicgen.models.parameter_count import count_parameters
from musicgen.models.settings import ClassicSettings, LstmSettings, TransformerSettings
from tests.helpers.tiny_music import tiny_pieces

pytestmark = pytest.mark.keras

NOTES = NotesEncoding.for_scores(tiny_pieces())
EVENTS, RICH = EventsEncoding(), EventsEncoding(velocity=True, program=True)
LSTM, ONE_LAYER = LstmSettings(width=24, layers=3), LstmSettings(width=8, layers=1)
TRANSFORMER = TransformerSettings(width=32, layers=2, heads=2, feed_forward=3)


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        (LSTM, EVENTS),
        (ONE_LAYER, RICH),
        (LSTM, NOTES),
        (TRANSFORMER, EVENTS),
        (TRANSFORMER, NOTES),
        (LSTM, PartsEncoding(clock="seconds")),
        (ONE_LAYER, PartsEncoding(velocity=True)),
        (TRANSFORMER, PartsEncoding(form=True, velocity=True)),
        (ONE_LAYER, PartsEncoding(given_first=True, chords=True)),
        (ONE_LAYER, PartsEncoding(form=True, intervals=True, bars_ago=True)),
        (ClassicSettings(width=8, layers=2, dense=16), NOTES),
    ],
)
def test_count_is_that_of_keras(model, encoding) -> None:
    assert count_parameters(model, encoding) == build_model(model, encoding).count_params()


def test_frames_are_not_counted() -> None:
    assert count_parameters(LSTM, FramesEncoding()) is None
