"""Windows of steps: what each row holds, in which order, how far transposed."""

import numpy as np

from musicgen.encoding.events import EventsEncoding
from musicgen.score import Score, notes_from
from musicgen.training.data.windows import Windows
from tests.helpers.tiny_music import tiny_pieces

ENCODING = EventsEncoding()
SCALE = ENCODING.encode(Score(notes_from([(i * 24, 24, 60 + i) for i in range(5)])))


def test_once_covers_every_step_exactly_once() -> None:
    pieces = [ENCODING.encode(score) for score in tiny_pieces(5, 37)]
    windows = Windows(pieces, ENCODING, 16, 4)
    assert len(list(windows.in_order())) == windows.batches_in_order == 4
    seen = []
    for inputs, targets, weights in windows.in_order():
        keep = weights["pitch"] > 0
        seen.append(inputs["drawn"][keep])
        assert np.array_equal(targets["pitch"][keep], inputs["drawn"][..., 1][keep])
    expected = np.concatenate([steps.fields for steps in pieces])
    assert np.array_equal(np.concatenate(seen), expected)


def test_before_is_the_step_before() -> None:
    rows = list(Windows([SCALE], ENCODING, 3, 1).in_order())
    first, second = (inputs["before"][0] for inputs, _, _ in rows)
    assert first.tolist() == [[193, 88, 192], [0, 39, 11], [12, 40, 11]]
    assert second[:2].tolist() == [[12, 41, 11], [12, 42, 11]]
    assert rows[1][2]["shift"][0].tolist() == [1, 1, 0]


def test_derived_inputs_go_with_the_transposition() -> None:
    windows = Windows([SCALE], ENCODING, 5, 1)
    for inputs, _, _ in windows.shuffled(3, 0, (4, 4)):
        assert inputs["drawn"][0, :, 1].tolist() == [43, 44, 45, 46, 47]
        assert np.flatnonzero(inputs["age"][0, 1] == 0).tolist() == [43]


def test_transposition_stays_within_room_and_wish() -> None:
    pieces = [SCALE] * 200
    moved = set()
    for inputs, _, weights in Windows(pieces, ENCODING, 5, 8).shuffled(1, 0, (-5, 6)):
        moved |= set((inputs["drawn"][..., 0, 1] - 39)[weights["pitch"][:, 0] > 0].tolist())
    assert moved == set(range(-5, 7))
    high = ENCODING.encode(Score(notes_from([(0, 24, 107)])))
    for inputs, _, _ in Windows([high] * 20, ENCODING, 5, 20).shuffled(1, 0, (-5, 6)):
        assert inputs["drawn"][..., 1].max() <= 87


def test_order_follows_from_seed_and_epoch_and_can_be_entered_anywhere() -> None:
    pieces = [ENCODING.encode(score) for score in tiny_pieces(9, 30)]
    windows = Windows(pieces, ENCODING, 8, 4)
    whole = [inputs for inputs, _, _ in windows.shuffled(1, 2, (-5, 6))]
    rest = [inputs for inputs, _, _ in windows.shuffled(1, 2, (-5, 6), skip=3)]
    assert len(whole) == windows.batches
    for one, other in zip(whole[3:], rest, strict=True):
        assert all(np.array_equal(one[name], other[name]) for name in one)
    others = [inputs for inputs, _, _ in windows.shuffled(1, 3, (-5, 6))]
    assert any(
        not np.array_equal(a["drawn"], b["drawn"]) for a, b in zip(whole, others, strict=True)
    )


def test_half_of_the_windows_tell_the_end() -> None:
    told = []
    for inputs, _, _ in Windows([SCALE] * 200, ENCODING, 5, 50).shuffled(1, 0, (0, 0)):
        told += (inputs["clock"][:, 0, 2] > 0).tolist()
    assert 70 < sum(told) < 130
    assert all(
        (inputs["clock"][..., 2] == 0).all()
        for inputs, _, _ in Windows([SCALE], ENCODING, 5, 1).in_order()
    )


def test_no_two_arrays_of_a_batch_share_memory() -> None:
    """TensorFlow takes arrays over without a copy and may write into them."""
    inputs, targets, weights = next(Windows([SCALE], ENCODING, 3, 1).in_order())
    owned = [*inputs.values(), *weights.values()]
    assert not any(
        np.shares_memory(one, other) for i, one in enumerate(owned) for other in owned[:i]
    )
    assert all(not array.flags["C_CONTIGUOUS"] or array.size == 1 for array in targets.values())
