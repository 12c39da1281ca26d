"""Index of the training pieces, in memory and on disk."""

import io
import json

import numpy as np
import pytest

from musicgen.composing.originality.index import (
    BadIndex,
    HeldOutOverlap,
    OriginalityIndex,
    load_index,
    save_index,
)
from musicgen.composing.originality.ngram_index import NgramIndex
from musicgen.composing.originality.report import held_out_overlap, originality
from musicgen.score import Score
from tests.helpers.tunes import tune

TRAINING = [tune(seed) for seed in range(5)]


@pytest.fixture
def index() -> OriginalityIndex:
    built = OriginalityIndex.build(TRAINING)
    return built.with_held_out_overlap(held_out_overlap([tune(50), TRAINING[1]], built))


def test_a_loaded_index_gives_the_same_reports(index, tmp_path):
    save_index(index, tmp_path)
    loaded = load_index(tmp_path)
    assert loaded is not None and loaded.names == index.names
    assert loaded.held_out_overlap == index.held_out_overlap
    for piece in (TRAINING[2].transposed(4), tune(77)):
        assert originality(piece, loaded) == originality(piece, index)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["originality.npz", "sha256.json"]


def test_a_folder_without_an_index_is_no_error(tmp_path):
    assert load_index(tmp_path) is None


def test_an_empty_index_can_be_saved():
    empty = OriginalityIndex.build([Score()])
    assert OriginalityIndex.from_bytes(empty.to_bytes()).names == ()


def test_pieces_without_notes_are_left_out():
    index = OriginalityIndex.build([TRAINING[0], Score(name="silence"), TRAINING[1]])
    assert index.names == ("tune 0", "tune 1")
    assert originality(TRAINING[1], index).source == "tune 1"


def test_the_key_of_every_note_can_be_computed(index):
    positions = range(int(index.piece_starts[2]), int(index.piece_starts[3]))
    assert [index.key_at(position) + 21 for position in positions] == TRAINING[2].notes[
        "pitch"
    ].tolist()


def stored(index: OriginalityIndex, **changes: np.ndarray) -> bytes:
    """Contents of the index's file with other arrays in place of some."""
    with np.load(io.BytesIO(index.to_bytes())) as arrays:
        changed = {**arrays, **changes}
    buffer = io.BytesIO()
    np.savez(buffer, **changed)
    return buffer.getvalue()


def test_the_file_of_an_earlier_version_is_loaded_and_its_bars_count_from_1(index):
    overlap = {
        "pieces": 2,
        "longest_run_50": 9.0,
        "longest_run_95": 12.5,
        "share_8_50": 0.1,
        "share_8_95": 0.2,
    }
    text = json.dumps({"names": index.names, "human": overlap})
    earlier = stored(index, bars=index.bars - 1, text=np.frombuffer(text.encode(), np.uint8))
    loaded = OriginalityIndex.from_bytes(earlier)
    assert loaded.held_out_overlap == HeldOutOverlap(2, 9.0, 12.5, 0.1, 0.2)
    assert np.array_equal(loaded.bars, index.bars)
    assert np.array_equal(OriginalityIndex.from_bytes(index.to_bytes()).bars, index.bars)


def test_a_foreign_or_damaged_file_is_refused(index):
    starts = index.piece_starts.copy()
    starts[1] += 1
    damaged = [
        b"",
        b"no zip",
        index.to_bytes()[:-40],
        stored(index, codes=index.codes[:-1]),
        stored(index, codes=index.codes.astype(np.int64)),
        stored(index, first=starts),
        stored(index, keys=index.first_keys + 100),
        stored(index, text=np.frombuffer(b"{}", np.uint8)),
        stored(index, text=np.frombuffer(b'{"names": ["a"], "human": {"pieces": 2}}', np.uint8)),
        stored(index, bars=np.array([{"a": 1}], object)),
    ]
    for data in damaged:
        with pytest.raises(BadIndex):
            OriginalityIndex.from_bytes(data)


def test_a_loaded_index_is_ready_for_reports(index, tmp_path, monkeypatch):
    save_index(index, tmp_path)
    loaded = load_index(tmp_path)
    monkeypatch.setattr(NgramIndex, "build", None)  # whoever builds another fails
    assert originality(TRAINING[2], loaded).source == TRAINING[2].name
