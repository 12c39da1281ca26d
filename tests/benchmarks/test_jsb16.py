"""The JSB16 benchmark on a few small pieces: trained, evaluated, resumed."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.jsb16 import member
from benchmarks.jsb16.__main__ import main
from benchmarks.jsb16.pieces import ENCODINGS, read_pieces
from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.frames import REST, FramesEncoding
from musicgen.errors import InvalidSetting
from musicgen.evaluation.likelihood import predict
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.checkpoints.step_graphs import seal_changed_graphs
from musicgen.models.settings import LstmSettings
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import write_status
from tests.helpers.tiny_runs import write_run


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
    assert [len(steps) for steps in pieces.steps] == [24] * 6
    assert (pieces.steps[0].fields == REST).sum() == 1
    assert pieces.notes.tolist() == [95] * 6
    with np.load(data) as arrays:
        first = pieces.steps[1].fields[0, :3] + 29
        assert first.tolist() == arrays["train_pitches"][24, :3].tolist()


def test_parts_say_the_same_as_frames(data: Path) -> None:
    """A pitch of four bars as well, which is longer than a duration of `parts`."""
    with np.load(data) as arrays:
        held = np.tile([[70, 64, 58, 46]], (400, 1))
        pitches = np.concatenate([arrays["train_pitches"], held])
        ends = np.append(arrays["train_ends"], len(pitches))
    np.savez(data, train_pitches=pitches, train_ends=ends)
    pieces = read_pieces(data, "train", "parts")
    assert pieces.notes.tolist() == [95] * 6 + [1600]
    assert {role.register for steps in pieces.steps for role in steps.roles} == {52, 60, 65, 71}
    for steps, frames in zip(pieces.steps, pieces.frames, strict=True):
        voices = FramesEncoding().encode(pieces.encoding.decode(steps))  # the lowest first
        assert voices.fields[:, ::-1].tolist() == frames.fields.tolist()


def test_pieces_of_own_melodies(data: Path) -> None:
    train = read_pieces(data, "train")
    with np.load(data) as arrays:
        third = arrays["train_pitches"][48:72]
        third = np.where(third, third + 2, 0)  # in another key
        pitches = np.concatenate([third, arrays["valid_pitches"]])
    np.savez(data, valid_pitches=pitches, valid_ends=[24, 48, 72])
    assert read_pieces(data, "valid").without_melodies_of(train).tolist() == [1, 2]


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    for name, pitches, end in (("short", [[60] * 4], 2), ("high", [[99] * 4], 1)):
        np.savez(tmp_path / name, test_pitches=np.array(pitches), test_ends=np.array([end]))
    with pytest.raises(InvalidSetting, match="not a list of frames"):
        read_pieces(tmp_path / "short.npz", "test")
    with pytest.raises(InvalidSetting, match="reach beyond"):
        read_pieces(tmp_path / "high.npz", "test")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["frames", "parts"])
def test_evaluates_members_alone_and_averaged(
    data: Path, home: Path, encoding: str, capsys: pytest.CaptureFixture
) -> None:
    """Members that are trained already; each has other random weights."""
    runs = [write_member(home, number, encoding) for number in (1, 2)]
    options = ["--data", str(data), "--minutes", "1", "--members", "2", "--encoding", encoding]
    main([*options, "--keys", "1", "--test", str(data), "--json"])
    result = json.loads(capsys.readouterr().out)
    for side in ("valid", "test"):
        assert result[side]["notes"] == 2 * (24 * 4 - 1)
        nats = {name: row["nats_a_note"] for name, row in result[side]["models"].items()}
        assert nats["members"] == pytest.approx(expected_nats(runs, data, side))
        assert nats["one model"] == pytest.approx(expected_nats(runs[:1], data, side))
        by_field = list(result[side]["by_field"].values())
        assert np.sum(by_field) == pytest.approx(result[side]["nats_a_note"])
    main([*options, "--keys", "3"])
    assert re.search(r"^n-gram +\d\.\d{4}", capsys.readouterr().out, re.MULTILINE)


def test_members_differ_in_their_seed(data: Path, home: Path) -> None:
    """No time to train: the runs are created, and there is no checkpoint to evaluate."""
    options = ["--data", str(data), "--members", "2", "--width", "8", "--layers", "1"]
    with pytest.raises(UnknownRun):
        main([*options, "--minutes", "0"])
    settings = [Run(home_of_member(home, n) / f"runs/jsb16-{n}").settings for n in (1, 2)]
    assert [of_member.train.seed for of_member in settings] == [0, 1]
    assert {of_member.model for of_member in settings} == {LstmSettings(8, 1, 0.35)}


@pytest.mark.slow
def test_a_member_trains_and_is_evaluated(
    data: Path, home: Path, monkeypatch: pytest.MonkeyPatch, eager_tensorflow: None
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(home_of_member(home, 1)))
    monkeypatch.setattr("signal.signal", lambda *_: None)  # pytest's own Ctrl-C stays

    run = Run(home_of_member(home, 1) / "runs/jsb16-1")
    model = ["--width", "8", "--layers", "1", "--seed", "5"]
    member.main([str(data), "--run", "jsb16-1", *model, "--minutes", "0.02"])
    epochs = [line for line in run.metrics() if line["kind"] == "epoch"]
    assert len(epochs) >= 1 and run.settings.train.seed == 5
    # Windows are longer than these pieces, so that both losses are of whole pieces.
    best = min(line["valid_loss"] for line in epochs) * np.log(2) * 48 / (2 * (24 * 4 - 1))
    assert expected_nats([run], data) == pytest.approx(best, abs=1e-4)


def home_of_member(home: Path, number: int) -> Path:
    return home / "benchmarks" / f"jsb16-{number}"


def write_member(home: Path, number: int, encoding: str) -> Run:
    """A member of random weights that was trained for a minute."""
    runs, name = home_of_member(home, number) / "runs", f"jsb16-{number}"
    run = Run(write_run(runs, name, encoding=ENCODINGS[encoding], seed=number))
    write_status(run.folder, replace(run.stored_status(), seconds=60.0))
    seal_changed_graphs(open_checkpoint(run.checkpoint()))  # for the process that evaluates
    return run


def expected_nats(runs: list[Run], data: Path, side: str = "valid") -> float:
    """Nats per note of the two pieces of a side, from probabilities averaged over the runs."""
    pieces = read_pieces(data, side, runs[0].settings.encoding).steps
    models = [OnnxModel(open_checkpoint(run.checkpoint())) for run in runs]
    bits = [np.concatenate([p.bits for p in predict(model, pieces)]) for model in models]
    return float(-np.log(np.mean(2.0 ** -np.array(bits), axis=0)).sum() / (2 * (24 * 4 - 1)))
