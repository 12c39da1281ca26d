"""The folder for the Hugging Face Hub, checked by the Hub's own library, offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicgen.errors import InvalidSetting
from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.training.records.hugging_face import CARD, export_hugging_face, model_card
from musicgen.training.run_folder.registry import find_checkpoint, find_run
from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run


def test_the_folder_composes_and_holds_nothing_of_its_owner(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    write_run(tmp_path / "runs", training=tiny_pieces())
    run = find_run("tiny")
    (run.checkpoint() / "weights.safetensors").write_bytes(b"weights")
    folder = export_hugging_face(run, tmp_path / "model")
    assert open_checkpoint(find_checkpoint(str(folder))).encoding.name == "events"
    names = {path.name for path in folder.rglob("*")}
    assert {CARD, "run.json", "weights.safetensors", "originality.npz"} <= names
    assert not names & {"log.txt", "status.json", "optimizer.safetensors"}
    assert not any(name.endswith((".py", ".pkl", ".pickle", ".bin")) for name in names)
    with pytest.raises(InvalidSetting, match="there already"):
        export_hugging_face(run, folder)
    with pytest.raises(InvalidSetting, match="without weights"):
        export_hugging_face(find_run("chorales"), tmp_path / "another")


def test_the_hub_reads_the_card() -> None:
    hub = pytest.importorskip("huggingface_hub")
    card = hub.ModelCard(model_card(find_run("chorales")))
    assert card.data.license == "other" and "midi" in card.data.tags
    [valid, _test] = card.data.eval_results
    assert valid.metric_type == "bits-per-note" and 1 < valid.metric_value < 20
    assert (valid.dataset_name, valid.dataset_split) == ("bach-chorales", "validation")
    assert "public domain" in card.text and "## Limits" in card.text
