"""`classic`: the layers and windows of the notebook."""

import numpy as np
import pytest

from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Field, Steps
from musicgen.models.build import build_model
from musicgen.models.classic import classic_network
from musicgen.models.settings import ClassicSettings, LstmSettings
from musicgen.training.data.classic_windows import ClassicWindows

pytestmark = pytest.mark.keras


class _Vocabulary:
    """An encoding of 358 tokens, as the notebook's."""

    fields = (Field("token", 358),)


def test_layers_are_those_of_the_notebook() -> None:
    network = classic_network(ClassicSettings(), 358)
    assert network.count_params() == 5_474_406
    table = [
        (type(layer).__name__, layer.output.shape, layer.count_params()) for layer in network.layers
    ]
    assert table == [
        ("LSTM", (None, 100, 512), 1_052_672),
        ("Dropout", (None, 100, 512), 0),
        ("LSTM", (None, 100, 512), 2_099_200),
        ("Dropout", (None, 100, 512), 0),
        ("LSTM", (None, 512), 2_099_200),
        ("Dense", (None, 256), 131_328),
        ("Dropout", (None, 256), 0),
        ("Dense", (None, 358), 92_006),
        ("Activation", (None, 358), 0),
    ]
    assert [layer.rate for layer in network.layers if hasattr(layer, "rate")] == [0.3, 0.3, 0.3]


def test_windows_have_the_shapes_of_the_notebook() -> None:
    tokens = np.arange(57_177, dtype=np.int32).reshape(-1, 1) % 358
    windows = ClassicWindows([Steps(tokens)], _Vocabulary(), 100, 128)
    inputs, targets = windows.arrays
    assert inputs.shape == (57_077, 100, 1)
    assert targets.shape == (57_077,)
    assert inputs[3, :2, 0].tolist() == pytest.approx([3 / 358, 4 / 358])
    assert targets[3] == 103


def test_windows_cross_the_ends_of_pieces() -> None:
    encoding = NotesEncoding(((60,), (62,)))
    pieces = [Steps(np.array([[0], [1], [1]], np.int32)), Steps(np.array([[0]], np.int32))]
    windows = ClassicWindows(pieces, encoding, 2, 8)
    batch, target, weight = next(windows.in_order())
    assert batch["window"][:2, :, 0].tolist() == [[0.0, 0.5], [0.5, 0.5]]
    assert target["token"][:2, 0].tolist() == [1, 0]
    assert weight["token"][:, 0].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


def test_training_order_follows_from_seed_and_epoch() -> None:
    tokens = np.arange(40, dtype=np.int32).reshape(-1, 1) % 358
    windows = ClassicWindows([Steps(tokens)], _Vocabulary(), 4, 8)
    seen = [batch[1]["token"] for batch in windows.shuffled(1, 0, (0, 0))]
    again = [batch[1]["token"] for batch in windows.shuffled(1, 0, (0, 0), skip=2)]
    other = [batch[1]["token"] for batch in windows.shuffled(1, 1, (0, 0))]
    assert np.array_equal(seen[2:], again)
    assert not np.array_equal(seen, other)
    assert len(seen) == windows.batches == 5


def test_classic_learns_one_token_a_step() -> None:
    from musicgen.encoding.events import EventsEncoding

    with pytest.raises(ValueError, match="encoding `notes`"):
        build_model(ClassicSettings(), EventsEncoding())
    assert build_model(LstmSettings(width=8, layers=1), NotesEncoding()).count_params() > 0
