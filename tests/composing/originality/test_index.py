"""The index on disk."""

import io
import json

import numpy as np
import pytest

from musicgen.composing.originality.index import (
    BadIndex,
    OriginalityIndex,
    load_index,
    save_index,
)
from musicgen.composing.originality.report import held_out_overlap, originality
from musicgen.score import Score
from tests.helpers.tunes import tune

TRAINING = [tune(seed) for seed in range(5)]


@pytest.fixture
def index() -> OriginalityIndex:
    built = OriginalityIndex.build(TRAINING)
    return built.with_held_out_overlap(held_out_overlap([tune(50), TRAINING[1]], built))


def test_saved_and_loaded_it_answers_the_same(index, tmp_path):
    save_index(index, tmp_path)
    loaded = load_index(tmp_path)
    assert (
        loaded is not None
        and loaded.held_out_overlap == index.held_out_overlap
        and loaded.names == index.names
    )
    for piece in (TRAINING[2].transposed(4), tune(77)):
        assert originality(piece, loaded) == originality(piece, index)
    assert [path.name for path in tmp_path.iterdir()] == ["originality.npz"]


def test_no_index_is_no_error(tmp_path):
    assert load_index(tmp_path) is None


def test_an_index_of_nothing(tmp_path):
    empty = OriginalityIndex.build([Score()])
    assert OriginalityIndex.from_bytes(empty.to_bytes()).names == ()


def test_pieces_without_notes_are_left_out():
    index = OriginalityIndex.build([TRAINING[0], Score(name="silence"), TRAINING[1]])
    assert index.names == ("tune 0", "tune 1")
    assert originality(TRAINING[1], index).source == "tune 1"


def test_the_key_of_any_note_is_known(index):
    places = range(int(index.piece_starts[2]), int(index.piece_starts[3]))
    assert [index.key_at(p) + 21 for p in places] == TRAINING[2].notes["pitch"].tolist()


def stored(index: OriginalityIndex, **changes: np.ndarray) -> bytes:
    with np.load(io.BytesIO(index.to_bytes())) as arrays:
        everything = {**arrays, **changes}
    buffer = io.BytesIO()
    np.savez(buffer, **everything)
    return buffer.getvalue()


def test_the_bars_of_an_earlier_version_are_counted_from_1(index):
    rest = json.dumps({"names": index.names, "human": None})
    earlier = stored(index, bars=index.bars - 1, text=np.frombuffer(rest.encode(), np.uint8))
    assert np.array_equal(OriginalityIndex.from_bytes(earlier).bars, index.bars)
    assert np.array_equal(OriginalityIndex.from_bytes(index.to_bytes()).bars, index.bars)


def test_a_foreign_or_damaged_file_is_refused(index):
    first = index.piece_starts.copy()
    first[1] += 1
    damaged = [
        b"",
        b"no zip",
        index.to_bytes()[:-40],
        stored(index, codes=index.codes[:-1]),
        stored(index, codes=index.codes.astype(np.int64)),
        stored(index, first=first),
        stored(index, keys=index.first_keys + 100),
        stored(index, text=np.frombuffer(b"{}", np.uint8)),
        stored(index, bars=np.array([{"a": 1}], object)),
    ]
    for data in damaged:
        with pytest.raises(BadIndex):
            OriginalityIndex.from_bytes(data)
