"""The benchmark on a few small pieces: trained, judged, gone on with."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.jsb16 import main, read_pieces
from musicgen.encoding.frames import REST


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

    first = told("0.01", "--test", str(data))
    assert first["epochs"] >= 1
    assert first["valid"]["notes"] == first["test"]["notes"] == 2 * (24 * 4 - 1)
    assert 0 < first["valid"]["nats_a_note"] < np.log(61)
    voices = np.mean(list(first["valid"]["by_voice"].values()))
    assert voices == pytest.approx(first["valid"]["nats_a_note"])
    # Windows are longer than these pieces, so that they saw the same.
    best = min(row["valid"] for row in first["curve"])
    assert first["valid"]["nats_a_note"] == pytest.approx(best, abs=1e-4)
    assert told("0.01")["epochs"] == first["epochs"]
    minutes = first["seconds"] / 60 + 0.02
    assert told(str(minutes))["epochs"] > first["epochs"]
    mixed = told("0.01", "--keys", "3")
    assert mixed["valid"]["nats_a_note"] != first["valid"]["nats_a_note"]
    main([*asked, "0.01"])
    assert "mean of pieces" in capsys.readouterr().out
