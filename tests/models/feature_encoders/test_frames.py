"""Inputs of the prediction of a voice, and the logit of holding."""

import numpy as np
import pytest

from musicgen.encoding.frames import REST, SIZE, FramesEncoding
from musicgen.encoding.steps import Steps
from musicgen.models.build import build_model
from musicgen.models.settings import LstmSettings
from musicgen.training.data.windows import Windows

pytestmark = pytest.mark.keras

ENCODING = FramesEncoding()
VOICES = [field.name for field in ENCODING.fields]
rng = np.random.default_rng(5)
PHRASE = np.repeat(rng.integers(0, SIZE, (6, 4)), 3, axis=0)
FRAMES = np.concatenate([PHRASE, PHRASE, rng.integers(0, SIZE, (4, 4))]).astype(np.int32)


@pytest.fixture(scope="module")
def logits():
    model = build_model(LstmSettings(width=16, layers=1), ENCODING, seed=4)

    def of(frames: np.ndarray) -> dict[str, np.ndarray]:
        inputs, _, _ = next(Windows([Steps(frames)], ENCODING, len(frames), 1).in_order())
        return {name: value[0].numpy() for name, value in model(inputs, training=False).items()}

    return of


@pytest.mark.parametrize("voice", range(4))
def test_a_voice_depends_on_earlier_frames_and_the_voices_above(logits, voice: int) -> None:
    frame = 20
    changed = FRAMES.copy()
    changed[frame, voice] = (changed[frame, voice] + 5) % SIZE
    before, after = logits(FRAMES), logits(changed)
    first = {}
    for name in VOICES:
        differs = np.abs(after[name] - before[name]).max(axis=1) > 1e-6
        first[name] = int(np.flatnonzero(differs)[0])
    below = VOICES[voice + 1 :]
    assert first == {name: frame if name in below else frame + 1 for name in VOICES}


def test_logit_of_holding_is_its_log_odds(logits) -> None:
    given = logits(FRAMES)
    for voice, name in enumerate(VOICES):
        for frame, values in enumerate(given[name]):
            held = FRAMES[frame - 1, voice] if frame else None
            others = values if held is None else np.delete(values, held)
            assert np.log(np.exp(others).sum()) == pytest.approx(0, abs=1e-5)
    assert (FRAMES == REST).any()
