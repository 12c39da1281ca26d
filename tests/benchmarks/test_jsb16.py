"""The benchmark on a few small pieces: trained, judged, gone on with."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.jsb16.__main__ import main
from benchmarks.jsb16.member import read_pieces
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.frames import REST
from musicgen.evaluation.likelihood import predict
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.run import Run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three sides of pieces of 24 frames in four voices that move by step, with a rest."""
    rng = np.random.default_rng(2)
    arrays = {}
    for side, count in (("train", 6), ("valid", 2), ("test", 2)):
        moves = rng.integers(-1, 2, (count, 24, 4)).cumsum(axis=1)
        pitches = np.array([70, 64, 58, 46]) + moves
        pitches[:, 0, 3] = 0
        arrays[f"{side}_pitches"] = pitches.reshape(-1, 4).astype(np.uint8)
        arrays[f"{side}_ends"] = np.arange(24, 24 * count + 1, 24)
    np.savez(tmp_path / "voices.npz", **arrays)
    return tmp_path / "voices.npz"


def test_pieces_are_cut_at_their_ends(data: Path) -> None:
    pieces = read_pieces(data, "train")
    assert [len(steps) for steps in pieces] == [24] * 6
    assert (pieces[0].fields == REST).sum() == 1
    with np.load(data) as arrays:
        assert (pieces[1].fields[0, :3] + 29).tolist() == arrays["train_pitches"][24, :3].tolist()


def test_files_of_another_form_are_refused(tmp_path: Path) -> None:
    for name, pitches, end in (("short", [[60] * 4], 2), ("high", [[99] * 4], 1)):
        np.savez(tmp_path / name, test_pitches=np.array(pitches), test_ends=np.array([end]))
    with pytest.raises(ValueError, match="not a list of frames"):
        read_pieces(tmp_path / "short.npz", "test")
    with pytest.raises(ValueError, match="reach beyond"):
        read_pieces(tmp_path / "high.npz", "test")


@pytest.mark.slow
def test_trains_judges_and_goes_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    asked = ["--data", str(data), "--width", "8", "--layers", "1", "--minutes"]

    def told(*more: str) -> dict:
        main([*asked, *more, "--json"])
        return json.loads(capsys.readouterr().out)

    def epochs(found: dict) -> int:
        return found["members"][0]["curve"][-1]["epoch"]

    two = told("0.01", "--members", "2", "--keys", "1", "--test", str(data))
    assert epochs(two) >= 1
    assert two["valid"]["notes"] == two["test"]["notes"] == 2 * (24 * 4 - 1)
    voices = np.mean(list(two["valid"]["by_voice"].values()))
    assert voices == pytest.approx(two["valid"]["nats_a_note"])
    runs = [Run(tmp_path / f"home/benchmarks/jsb16-{n}/runs/jsb16-{n}") for n in (1, 2)]
    assert [run.settings.train.seed for run in runs] == [0, 1]
    members = two["valid"]["models"]["members"]["nats_a_note"]
    assert members == pytest.approx(nats_by_hand(runs, data))
    alone = two["valid"]["models"]["one model"]["nats_a_note"]
    assert alone == pytest.approx(nats_by_hand(runs[:1], data))

    as_it_is = ("--members", "1", "--keys", "1")
    one = told("0.01", *as_it_is)
    assert epochs(one) == epochs(two)  # it was trained already
    # Windows are longer than these pieces, so that they saw the same.
    best = min(row["valid"] for row in one["members"][0]["curve"])
    judged = one["valid"]["models"]["members"]["nats_a_note"]
    assert judged == pytest.approx(best, abs=1e-4)
    longer = told(str(one["members"][0]["minutes"] + 0.02), *as_it_is)
    assert epochs(longer) > epochs(one)
    main([*asked, "0.01", "--members", "1", "--keys", "3"])
    assert re.search(r"^n-gram +\d\.\d{4}", capsys.readouterr().out, re.MULTILINE)


def nats_by_hand(runs: list[Run], data: Path) -> float:
    """A note of the validation pieces, where each chance is the mean over the runs."""
    pieces = read_pieces(data, "valid")
    engines = [OnnxModel(open_checkpoint(run.checkpoint())) for run in runs]
    bits = [np.concatenate([p.bits for p in predict(engine, pieces)]) for engine in engines]
    return float(-np.log(np.mean(2.0 ** -np.array(bits), axis=0)).sum() / (2 * (24 * 4 - 1)))
