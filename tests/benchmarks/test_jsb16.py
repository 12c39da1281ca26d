"""The JSB16 benchmark on a few small pieces: trained, evaluated, resumed."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.jsb16.__main__ import main
from benchmarks.jsb16.member import read_pieces
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.frames import REST
from musicgen.errors import InvalidSetting
from musicgen.evaluation.likelihood import predict
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.run_folder.run import Run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Pieces of 24 frames in four voices that move by step, with one rest, on three sides."""
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


def test_pieces_are_split_at_their_ends(data: Path) -> None:
    pieces = read_pieces(data, "train")
    assert [len(steps) for steps in pieces] == [24] * 6
    assert (pieces[0].fields == REST).sum() == 1
    with np.load(data) as arrays:
        assert (pieces[1].fields[0, :3] + 29).tolist() == arrays["train_pitches"][24, :3].tolist()


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    for name, pitches, end in (("short", [[60] * 4], 2), ("high", [[99] * 4], 1)):
        np.savez(tmp_path / name, test_pitches=np.array(pitches), test_ends=np.array([end]))
    with pytest.raises(InvalidSetting, match="not a list of frames"):
        read_pieces(tmp_path / "short.npz", "test")
    with pytest.raises(InvalidSetting, match="reach beyond"):
        read_pieces(tmp_path / "high.npz", "test")


@pytest.mark.slow
def test_trains_evaluates_and_resumes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    options = ["--data", str(data), "--width", "8", "--layers", "1", "--minutes"]

    def run_benchmark(*more: str) -> dict:
        main([*options, *more, "--json"])
        return json.loads(capsys.readouterr().out)

    def epochs(answer: dict) -> int:
        return answer["members"][0]["curve"][-1]["epoch"]

    two = run_benchmark("0.01", "--members", "2", "--keys", "1", "--test", str(data))
    assert epochs(two) >= 1
    assert two["valid"]["notes"] == two["test"]["notes"] == 2 * (24 * 4 - 1)
    voices = np.mean(list(two["valid"]["by_voice"].values()))
    assert voices == pytest.approx(two["valid"]["nats_a_note"])
    runs = [Run(tmp_path / f"home/benchmarks/jsb16-{n}/runs/jsb16-{n}") for n in (1, 2)]
    assert [run.settings.train.seed for run in runs] == [0, 1]
    members = two["valid"]["models"]["members"]["nats_a_note"]
    assert members == pytest.approx(expected_nats(runs, data))
    alone = two["valid"]["models"]["one model"]["nats_a_note"]
    assert alone == pytest.approx(expected_nats(runs[:1], data))

    one_model = ("--members", "1", "--keys", "1")
    one = run_benchmark("0.01", *one_model)
    assert epochs(one) == epochs(two)  # its time limit is reached already
    # Windows are longer than these pieces, so that both losses are of whole pieces.
    best = min(row["valid"] for row in one["members"][0]["curve"])
    evaluated = one["valid"]["models"]["members"]["nats_a_note"]
    assert evaluated == pytest.approx(best, abs=1e-4)
    longer = run_benchmark(str(one["members"][0]["minutes"] + 0.02), *one_model)
    assert epochs(longer) > epochs(one)
    main([*options, "0.01", "--members", "1", "--keys", "3"])
    assert re.search(r"^n-gram +\d\.\d{4}", capsys.readouterr().out, re.MULTILINE)


def expected_nats(runs: list[Run], data: Path) -> float:
    """Nats per note of the validation pieces, from probabilities averaged over the runs."""
    pieces = read_pieces(data, "valid")
    models = [OnnxModel(open_checkpoint(run.checkpoint())) for run in runs]
    bits = [np.concatenate([p.bits for p in predict(model, pieces)]) for model in models]
    return float(-np.log(np.mean(2.0 ** -np.array(bits), axis=0)).sum() / (2 * (24 * 4 - 1)))
