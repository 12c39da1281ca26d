"""Training on a prepared data set: it streams, and its losses are those of the same pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicgen.corpus.split import SPLITS, Shares
from musicgen.prepared.data_set import PreparedSet, open_prepared
from musicgen.prepared.prepare import prepare
from musicgen.training.data.prepare import TrainingData
from musicgen.training.data.stored import CONTENT, ChangedData, keep_content, stored_data
from musicgen.training.data.windows import Windows
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run
from musicgen.training.worker.process import train_run
from tests.prepared.folders import write_songs
from tests.training.worker.tiny_trainings import losses_of, stop_after, tiny_settings


@pytest.fixture(scope="module")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    parent = tmp_path_factory.mktemp("prepared")
    songs = write_songs(parent / "songs", 30)
    prepare(str(songs), parent / "folder")
    return open_prepared(parent / "folder")


def in_memory(data: TrainingData) -> TrainingData:
    """The same data with all pieces in memory."""
    pieces = {side: list(data.pieces[side]) for side in SPLITS}
    return TrainingData(data.encoding, data.scores, pieces, data.settings)


def test_batches_are_those_of_the_same_pieces_in_memory(data_set: PreparedSet) -> None:
    stored = data_set.pieces("train", Shares())
    windows = (Windows(p, data_set.encoding, 16, 4) for p in (stored, list(stored)))
    streams = [[*w.shuffled(3, 1, (-5, 6)), *w.in_order()] for w in windows]
    for (inputs, _, weights), (others, _, other_weights) in zip(*streams, strict=True):
        for name, values in inputs.items():
            assert np.array_equal(values, others[name])
        for name, values in weights.items():
            assert np.array_equal(values, other_weights[name])


def test_counting_batches_reads_no_piece(data_set: PreparedSet, tmp_path: Path) -> None:
    """So that the number of pieces costs neither time nor memory."""
    stored = data_set.pieces("train", Shares())
    elsewhere = PreparedSet(tmp_path / "nowhere", data_set.index)
    stored._data = elsewhere  # a read would fail
    stored.__dict__["lengths"] = data_set.pieces("train", Shares()).lengths
    assert Windows(stored, data_set.encoding, 16, 4).batches == -(-3 * len(stored) // 4)


@pytest.mark.slow
def test_losses_of_a_resumed_run_are_those_of_a_training_in_memory(data_set: PreparedSet) -> None:
    settings = tiny_settings("streamed", str(data_set.folder), "events", epochs=2)
    streamed = create_run(settings)
    assert train_run(streamed, stop_after(7)) == "stopped"
    assert train_run(streamed) == "finished", streamed.status().message
    assert (streamed.folder / "originality.npz").exists()
    assert (streamed.folder / CONTENT).exists()

    from musicgen.training.worker import fit  # imports Keras, which the quick tests do without

    def work(run: Run, reporter: Reporter) -> None:
        fit.train_on(run, reporter, in_memory(stored_data(data_set, settings)))

    loaded = create_run(tiny_settings("loaded", str(data_set.folder), "events", epochs=2))
    assert train_run(loaded, work) == "finished"
    assert losses_of(streamed) == pytest.approx(losses_of(loaded), abs=1e-6)


@pytest.mark.slow
def test_a_run_keeps_to_its_data_set(data_set: PreparedSet, tmp_path: Path) -> None:
    prepare("ryans-mammoth", tmp_path / "other")
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    keep_content(run_folder, data_set)
    keep_content(run_folder, data_set)
    with pytest.raises(ChangedData, match="other pieces"):
        keep_content(run_folder, open_prepared(tmp_path / "other"))


@pytest.mark.keras
def test_another_encoding_is_said(data_set: PreparedSet) -> None:
    run = create_run(tiny_settings("other encoding", str(data_set.folder), "notes"))
    assert train_run(run) == "failed"
    assert "is prepared in the encoding events, not notes" in run.status().message
