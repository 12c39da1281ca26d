"""Windows of steps: contents of a row, order of the batches, transposition."""

from dataclasses import replace

import numpy as np
import pytest

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.registry import fit_encoding
from musicgen.encoding.steps import Encoding
from musicgen.score import Score, notes_from
from musicgen.training.data.classic_windows import ClassicWindows
from musicgen.training.data.windows import Windows
from tests.helpers.tiny_music import tiny_pieces

ENCODING = EventsEncoding()
SCALE = ENCODING.encode(Score(notes_from([(i * 24, 24, 60 + i) for i in range(5)])))


def test_in_order_covers_each_step_exactly_once() -> None:
    pieces = [ENCODING.encode(score) for score in tiny_pieces(5, 37)]
    windows = Windows(pieces, ENCODING, 16, 4)
    assert len(list(windows.in_order())) == windows.batches_in_order == 4
    rows = []
    for inputs, targets, weights in windows.in_order():
        is_step = weights["pitch"] > 0
        rows.append(inputs["drawn"][is_step])
        assert np.array_equal(targets["pitch"][is_step], inputs["drawn"][..., 1][is_step])
    expected = np.concatenate([steps.fields for steps in pieces])
    assert np.array_equal(np.concatenate(rows), expected)


NOTES = fit_encoding("notes", tiny_pieces(5, 37))


@pytest.mark.parametrize(
    ("kind", "encoding", "length"), [(Windows, ENCODING, 7), (ClassicWindows, NOTES, 36)]
)
@pytest.mark.parametrize("count", [2, 3])
def test_the_rows_of_all_workers_are_those_of_one_process(
    kind: type, encoding: Encoding, length: int, count: int
) -> None:
    """Also in the last batch, of which some workers have no rows."""
    pieces = [encoding.encode(score) for score in tiny_pieces(5, 37)]
    one = kind(pieces, encoding, length, 12)
    size = 12 // count
    own = [replace(one, own_rows=slice(i * size, (i + 1) * size)) for i in range(count)]
    for batches in (lambda w: w.shuffled(1, 2, (-5, 6), skip=1), lambda w: w.in_order()):
        whole, parts = list(batches(one)), [list(batches(windows)) for windows in own]
        assert [len(part) for part in parts] == [len(whole)] * count
        for number, batch in enumerate(whole):
            for group in range(3):
                for name, array in batch[group].items():
                    rows = np.concatenate([part[number][group][name] for part in parts])
                    assert np.array_equal(rows, array)
        assert not any(weights.any() for weights in parts[-1][-1][2].values())


class CountingList(list):
    """A list that counts how often it is gone through."""

    passes = 0

    def __iter__(self):
        self.passes += 1
        return super().__iter__()


@pytest.mark.parametrize("kind", [Windows, ClassicWindows])
def test_batches_are_counted_once(kind: type) -> None:
    """A training reads the count at every batch, whatever the size of the collection."""
    windows = kind(CountingList([SCALE] * 3), ENCODING, 4, 2)
    counts = [(windows.batches, windows.batches_in_order) for _ in range(50)]
    assert len(set(counts)) == 1
    assert windows.pieces.passes <= 3


def test_before_is_the_step_before() -> None:
    rows = list(Windows([SCALE], ENCODING, 3, 1).in_order())
    first, second = (inputs["before"][0] for inputs, _, _ in rows)
    assert first.tolist() == [[193, 88, 192], [0, 39, 11], [12, 40, 11]]
    assert second[:2].tolist() == [[12, 41, 11], [12, 42, 11]]
    assert rows[1][2]["shift"][0].tolist() == [1, 1, 0]


def test_features_are_those_of_the_transposed_steps() -> None:
    windows = Windows([SCALE], ENCODING, 5, 1)
    for inputs, _, _ in windows.shuffled(3, 0, (4, 4)):
        assert inputs["drawn"][0, :, 1].tolist() == [43, 44, 45, 46, 47]
        assert np.flatnonzero(inputs["age"][0, 1] == 0).tolist() == [43]


def test_transposition_stays_within_its_limits_and_the_range_of_the_encoding() -> None:
    pieces = [SCALE] * 200
    intervals = set()
    for inputs, _, weights in Windows(pieces, ENCODING, 5, 8).shuffled(1, 0, (-5, 6)):
        intervals |= set((inputs["drawn"][..., 0, 1] - 39)[weights["pitch"][:, 0] > 0].tolist())
    assert intervals == set(range(-5, 7))
    high = ENCODING.encode(Score(notes_from([(0, 24, 107)])))
    for inputs, _, _ in Windows([high] * 20, ENCODING, 5, 20).shuffled(1, 0, (-5, 6)):
        assert inputs["drawn"][..., 1].max() <= 87


def test_the_order_follows_from_seed_and_epoch_and_batches_can_be_skipped() -> None:
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


def test_half_of_the_windows_show_the_bars_left() -> None:
    shown = []
    for inputs, _, _ in Windows([SCALE] * 200, ENCODING, 5, 50).shuffled(1, 0, (0, 0)):
        shown += (inputs["clock"][:, 0, 2] > 0).tolist()
    assert 70 < sum(shown) < 130
    assert all(
        (inputs["clock"][..., 2] == 0).all()
        for inputs, _, _ in Windows([SCALE], ENCODING, 5, 1).in_order()
    )


def test_no_two_arrays_of_a_batch_share_memory() -> None:
    """TensorFlow may use an array without a copy and write into it."""
    inputs, targets, weights = next(Windows([SCALE], ENCODING, 3, 1).in_order())
    arrays = [*inputs.values(), *weights.values()]
    assert not any(
        np.shares_memory(one, other) for i, one in enumerate(arrays) for other in arrays[:i]
    )
    assert all(not array.flags["C_CONTIGUOUS"] or array.size == 1 for array in targets.values())
