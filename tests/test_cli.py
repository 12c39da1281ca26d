"""The command line as a contract: what it answers, and what it says of bad input."""

import io
import json
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pretty_midi
import pytest
from tiny_music import write_folder

from musicgen.cli import main
from musicgen.commands.progress import ProgressLine
from musicgen.composing.recipe import recipe_in
from musicgen.corpus.cache import load_record
from musicgen.corpus.reading import read_score
from musicgen.training.run import find_run

ROOT = Path(__file__).parents[1]
HOSTILE = ROOT.parent / "shared/corpora/hostile"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICGEN_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("music") / "melodies")


@pytest.fixture(scope="module")
def trained(music: Path) -> str:
    """A run made by the command itself, in a process of its own."""
    arguments = "--width 16 --layers 1 --epochs 2 --batch-size 4 --length 16".split()
    command = ["train", str(music), "--run", "tiny", *arguments, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "musicgen", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["run"], answer["status"], answer["epoch"]) == ("tiny", "finished", 2)
    return "tiny"


def _answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on standard error that bad input gets, with exit status 2."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    printed = capsys.readouterr()
    assert (status, printed.out) == (2, "")
    assert printed.err.endswith("\n") and printed.err.count("\n") == 1
    assert "Traceback" not in printed.err
    return printed.err


def test_library(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["name"]: row for row in _answer(capsys, "library")["bundled"]}
    assert rows["bach-chorales"]["pieces"] >= 400
    assert rows["ryans-mammoth"]["pieces"] >= 1000
    assert all(row["licence"] for row in rows.values())


def test_corpus(capsys: pytest.CaptureFixture[str], music: Path) -> None:
    answer = _answer(capsys, "corpus", str(music))
    assert (answer["files"], answer["refused"], answer["notes"]) == (12, [], 12 * 45)
    assert answer["tokens"] == 12 * 45
    assert 0 < answer["vocabulary"] <= answer["tokens"]
    assert answer["seconds"] > 0
    notes = _answer(capsys, "corpus", str(music), "--encoding", "notes")
    assert notes["vocabulary"] < answer["vocabulary"]


def test_runs(capsys: pytest.CaptureFixture[str], trained: str) -> None:
    row = next(row for row in _answer(capsys, "runs")["runs"] if row["name"] == trained)
    assert (row["status"], row["epoch"]) == ("finished", 2)
    assert row["valid_loss"] > 0 and row["loss"] > 0 and row["parameters"] > 0
    assert row["device"]


def test_a_run_is_exported_imported_renamed_and_deleted(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trained: str,
    tmp_path: Path,
) -> None:
    out = tmp_path / "tiny.zip"
    exported = _answer(capsys, "runs", "export", trained, "--out", str(out))
    assert exported == {"run": "tiny", "file": str(out)}
    assert "tiny/run.json" in zipfile.ZipFile(out).namelist()
    assert _answer(capsys, "runs", "import", str(out)) == {"run": "tiny 2"}
    assert _answer(capsys, "runs", "rename", "tiny 2", "copy") == {"run": "copy"}
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["runs", "--json", "delete", "copy"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"run": "copy", "deleted": False}
    assert printed.err.startswith("Delete copy with its checkpoints")
    assert "copy" in {row["name"] for row in _answer(capsys, "runs")["runs"]}
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert _answer(capsys, "runs", "delete", "copy") == {"run": "copy", "deleted": True}
    _answer(capsys, "runs", "import", str(out))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert _answer(capsys, "runs", "delete", "tiny 2", "--yes")["deleted"]
    names = {row["name"] for row in _answer(capsys, "runs")["runs"]}
    assert trained in names and not names & {"copy", "tiny 2"}


@pytest.mark.slow
def test_a_run_is_exported_for_keras(
    capsys: pytest.CaptureFixture[str], trained: str, tmp_path: Path
) -> None:
    out = tmp_path / "tiny.keras"
    _answer(capsys, "runs", "export", trained, "--out", str(out))
    assert {"config.json", "model.weights.h5"} <= set(zipfile.ZipFile(out).namelist())


def test_fine_tuned_and_resumed_in_smaller_batches(
    capsys: pytest.CaptureFixture[str], trained: str, music: Path
) -> None:
    def train(*arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "musicgen", "train", *arguments, "--json"],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    answer = train(str(music), "--run", "tuned", "--fine-tune", trained, "--epochs", "1")
    assert (answer["status"], answer["epoch"]) == ("finished", 1)
    first, tuned = find_run(trained), find_run("tuned")
    assert tuned.settings.model == first.settings.model
    assert tuned.settings.start_from == trained
    assert tuned.settings.train == replace(
        first.settings.train, epochs=1, learning_rate=first.settings.train.learning_rate / 5
    )
    # It begins where the other was at its best, not anew.
    began = next(line["loss"] for line in first.metrics() if line["kind"] == "epoch")
    assert answer["loss"] < began
    answer = train("--run", "tuned", "--resume", "--epochs", "2", "--batch-size", "2")
    assert (answer["status"], answer["epoch"]) == ("finished", 2)
    assert tuned.settings.train.batch_size == 2


def test_compose(capsys: pytest.CaptureFixture[str], trained: str, tmp_path: Path) -> None:
    out, wav, pdf, xml = (tmp_path / f"piece.{kind}" for kind in ("mid", "wav", "pdf", "musicxml"))
    options = ["--bars", "4", "--variations", "2", "--seed", "7"]
    files = ["--out", str(out), "--wav", str(wav), "--pdf", str(pdf), "--musicxml", str(xml)]
    answer = _answer(capsys, "compose", trained, *files, *options)
    assert [Path(piece["file"]).name for piece in answer["pieces"]] == ["piece.mid", "piece-2.mid"]
    assert answer["seconds"] > 0 and answer["load_seconds"] > 0
    for piece in answer["pieces"]:
        read = pretty_midi.PrettyMIDI(piece["file"])
        assert sum(len(part.notes) for part in read.instruments) == piece["notes"] > 0
        assert piece["bars"] <= 4 and piece["seconds"] > 0
        assert piece["originality"]["longest_run"] >= 0
    assert wav.read_bytes()[:4] == b"RIFF" and len(wav.read_bytes()) > 100_000
    assert pdf.read_bytes()[:5] == b"%PDF-"
    assert (tmp_path / "piece-2.pdf").is_file()
    assert len(read_score(xml.read_bytes(), xml.name)) == answer["pieces"][0]["notes"]
    first = out.read_bytes()
    _answer(capsys, "compose", trained, "--out", str(out), *options)
    assert out.read_bytes() == first


def test_compose_from_the_n_gram_of_a_run(
    capsys: pytest.CaptureFixture[str], trained: str, tmp_path: Path
) -> None:
    out, again, model = tmp_path / "counted.mid", tmp_path / "again.mid", f"{trained}@n-gram"
    answer = _answer(capsys, "compose", model, "--out", str(out), "--bars", "4", "--seed", "7")
    assert answer["pieces"][0]["notes"] > 0
    recipe = recipe_in(out.read_bytes())
    assert recipe is not None and recipe.checkpoint == model
    _answer(capsys, "compose", model, "--out", str(again), "--like", str(out))
    assert again.read_bytes() == out.read_bytes()


def test_compose_by_rules_and_the_best_of_many(
    capsys: pytest.CaptureFixture[str], trained: str, tmp_path: Path
) -> None:
    out = tmp_path / "best.mid"
    rules = ["--lowest", "50", "--highest", "70", "--grid", "quarter", "--bars", "4"]
    answer = _answer(capsys, "compose", trained, "--out", str(out), *rules, "--best-of", "6")
    assert len(answer["pieces"]) == 1
    notes = read_score(out.read_bytes(), out.name).notes
    assert len(notes) and notes["pitch"].min() >= 50 and notes["pitch"].max() <= 70
    assert not (notes["start"] % 24).any()
    every = _answer(capsys, "compose", trained, "--out", str(out), *rules, "--variations", "6")[
        "pieces"
    ]
    least = min(sum(piece["score"].values()) for piece in every)
    assert sum(answer["pieces"][0]["score"].values()) == least


def test_compose_like_a_piece_is_that_piece_again(
    capsys: pytest.CaptureFixture[str], trained: str, tmp_path: Path
) -> None:
    out, again = tmp_path / "piece.mid", tmp_path / "again.mid"
    options = ["--notes", "30", "--variations", "2", "--seed", "7", "--temperature", "0.7"]
    _answer(capsys, "compose", trained, "--out", str(out), *options)
    second = out.with_name("piece-2.mid")
    _answer(capsys, "compose", trained, "--out", str(again), "--like", str(second))
    assert again.read_bytes() == second.read_bytes() != out.read_bytes()
    answer = _answer(
        capsys, "compose", trained, "--out", str(again), "--like", str(second), "--seed", "8"
    )
    assert answer["settings"]["temperature"] == 0.7 and answer["settings"]["seed"] == 8
    assert again.read_bytes() != second.read_bytes()


def test_compose_like_a_piece_that_went_on_from_another_needs_that(
    capsys: pytest.CaptureFixture[str], trained: str, music: Path, tmp_path: Path
) -> None:
    out, again = tmp_path / "longer.mid", tmp_path / "again.mid"
    primer = ["--primer", str(music / "melody 00.mid")]
    _answer(capsys, "compose", trained, "--out", str(out), "--bars", "8", *primer)
    like = ["compose", trained, "--out", str(again), "--like", str(out)]
    assert "say --primer FILE" in _refusal(capsys, *like)
    _answer(capsys, *like, *primer)
    assert again.read_bytes() == out.read_bytes()
    plain = ["compose", trained, "--out", "x.mid", "--like", str(music / "melody 00.mid")]
    assert "holds no settings" in _refusal(capsys, *plain)


def test_compose_goes_on_from_a_primer(
    capsys: pytest.CaptureFixture[str], trained: str, music: Path, tmp_path: Path
) -> None:
    primer = music / "melody 00.mid"
    out = tmp_path / "longer.mid"
    arguments = ["compose", trained, "--out", str(out), "--bars", "8", "--primer", str(primer)]
    answer = _answer(capsys, *arguments)
    assert answer["pieces"][0]["notes"] > answer["pieces"][0]["primer_notes"] == 45


def test_evaluate(capsys: pytest.CaptureFixture[str], trained: str) -> None:
    answer = _answer(capsys, "evaluate", trained, "--split", "valid")
    assert 0 < answer["bits_per_note"] < 22
    assert set(answer["accuracy"]) == {"shift", "pitch", "duration"}
    assert answer["notes"] == 45 * answer["pieces"] if isinstance(answer["pieces"], int) else True


def test_compose_without_tensorflow(trained: str, tmp_path: Path) -> None:
    code = (
        "import sys; from musicgen.cli import main; "
        f"status = main(['compose', 'tiny', '--bars', '2', '--out', {str(tmp_path / 'p.mid')!r}]); "
        "sys.exit(status or 'tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compose", "nobody", "--out", "x.mid"], "no run 'nobody'"),
        (["compose", "a/b", "--out", "x.mid"], "no checkpoint at 'a/b'"),
        (["compose", "..", "--out", "x.mid"], "cannot be a name"),
        (["compose", "tiny", "--out", "x.mid", "--temperature", "-1"], "temperature"),
        (["compose", "tiny", "--out", "x.mid", "--temperature", "nan"], "temperature"),
        (["compose", "tiny", "--out", "x.mid", "--bars", "0"], "bars 0 is not between"),
        (["compose", "tiny", "--out", "x.mid", "--bars", "10000"], "bars 10000 is not between"),
        (["compose", "tiny", "--out", "x.mid", "--top-p", "0"], "top-p"),
        (["compose", "tiny", "--out", "x.mid", "--key", "H major"], "key"),
        (["compose", "tiny", "--out", "x.mid", "--grid", "5th"], "is not one of any, 16th"),
        (["compose", "tiny", "--out", "x.mid", "--lowest", "99", "--highest", "9"], "highest key"),
        (["compose", "tiny", "--out", "x.mid", "--best-of", "9999"], "best-of 9999"),
        (["compose", "tiny", "--out", "x.mid", "--metre", "4/0"], "4/0 is not a metre"),
        (["compose", "tiny", "--out", "x.mid", "--primer", "none.mid"], "none.mid"),
        (["compose", "tiny", "--out", "no-such-folder/x.mid"], "no-such-folder"),
        (["compose", "tiny"], "--out"),
        (["train", "bach-chorales", "--run", "a/b"], "cannot be a name"),
        (["train", "bach-chorales", "--run", ".."], "cannot be a name"),
        (["train", "bach-chorales", "--run", "tiny"], "choose another name"),
        (["train", "bach-chorales", "--run", "x", "--epochs", "0"], "epochs 0"),
        (["train", "bach-chorales", "--run", "x", "--batch-size", "-3"], "batch size -3"),
        (
            ["train", "bach-chorales", "--run", "x", "--model", "classic", "--encoding", "events"],
            "notes",
        ),
        (["train", "bach-chorales", "--run", "x", "--heads", "2"], "settings of the lstm model"),
        (
            ["train", "bach-chorales", "--run", "x", "--model", "transformer", "--length", "64"],
            "attends to 256 steps and is trained on windows of 64",
        ),
        (["train", "bach-chorales", "--run", "unheard", "--resume"], "no run 'unheard'"),
        (["train", "--run", "x"], "say what to train on"),
        (["train", "bach-chorales", "--run", "x", "--fine-tune", "nobody"], "no run 'nobody'"),
        (
            ["train", "bach-chorales", "--run", "x", "--fine-tune", "tiny", "--width", "8"],
            "leave out width",
        ),
        (["runs", "stop", "tiny"], "is not being trained"),
        (["runs", "rename", "tiny", "a/b"], "cannot be a name"),
        (["runs", "rename", "nobody", "x"], "no run 'nobody'"),
        (["runs", "delete", "chorales", "--yes"], "came with the program"),
        (["runs", "export", "tiny", "--out", "x.h5"], "neither in .zip nor in .keras"),
        (["runs", "import", str(ROOT / "README.md")], "not a zip file"),
        (["runs", "juggle"], "invalid choice: 'juggle'"),
        (["train", "--run", "tiny", "--resume", "--batch-size", "0"], "batch size 0"),
        (["train", "nowhere", "--run", "x"], "'nowhere' is no collection"),
        (["corpus", "nowhere"], "bach-chorales, ryans-mammoth"),
        (["corpus", "bach-chorales", "--encoding", "morse"], "invalid choice: 'morse'"),
        (["evaluate", "nobody"], "no run 'nobody'"),
        (["evaluate", "tiny", "--source", "nowhere"], "'nowhere' is no collection"),
        (["juggle"], "invalid choice: 'juggle'"),
    ],
)
def test_bad_input(
    capsys: pytest.CaptureFixture[str], trained: str, arguments: list[str], words: str
) -> None:
    assert words in _refusal(capsys, *arguments)


def test_transformer(capsys: pytest.CaptureFixture[str], music: Path, tmp_path: Path) -> None:
    shape = "--model transformer --width 16 --layers 1 --heads 2 --context 16 --average 0.9"
    arguments = [*shape.split(), *"--epochs 1 --batch-size 4 --length 16".split()]
    command = ["train", str(music), "--run", "attentive", *arguments, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "musicgen", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["status"] == "finished", done.stderr
    out = tmp_path / "piece.mid"
    _answer(capsys, "compose", "attentive", "--out", str(out), "--notes", "40", "--seed", "3")
    assert len(pretty_midi.PrettyMIDI(str(out)).instruments[0].notes) > 20


def test_greedy(capsys: pytest.CaptureFixture[str], trained: str, tmp_path: Path) -> None:
    arguments = ["compose", trained, "--bars", "2", "--temperature", "0", "--out"]
    files = [tmp_path / "a.mid", tmp_path / "b.mid"]
    for seed, path in enumerate(files):
        _answer(capsys, *arguments, str(path), "--seed", str(seed))
    notes = [read_score(path.read_bytes(), path.name).notes for path in files]
    assert len(notes[0])
    assert np.array_equal(*notes)  # the files themselves tell of their seeds


def test_a_text_file_named_mid_and_a_zip_in_a_zip(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, music: Path
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "shopping.mid").write_text("milk, eggs")
    (folder / "good.mid").write_bytes((music / "melody 01.mid").read_bytes())
    with zipfile.ZipFile(folder / "inner.zip", "w") as inner:
        inner.writestr("a.mid", b"MThd")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        for path in folder.iterdir():
            outer.write(path, path.name)
    for source in (folder, tmp_path / "outer.zip"):
        answer = _answer(capsys, "corpus", str(source))
        assert answer["files"] == 1
        assert {Path(each["file"]).name for each in answer["refused"]} >= {"shopping.mid"}
        assert all(each["reason"] for each in answer["refused"])


def test_ctrl_c_keeps_what_was_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "stopped", count=4)

    def pressed_at_the_second(self: ProgressLine, done: int, total: int) -> None:
        if done == 2:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(ProgressLine, "__call__", pressed_at_the_second)
        assert main(["corpus", str(folder), "--json"]) == 130
    answer = json.loads(capsys.readouterr().out)
    assert (answer["files"], answer["complete"]) == (2, False)
    assert len(load_record(folder)) == 2
    answer = _answer(capsys, "corpus", str(folder))
    assert (answer["files"], answer["complete"]) == (4, True)


def test_an_empty_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = _answer(capsys, "corpus", str(tmp_path))
    assert (answer["files"], answer["notes"], answer["vocabulary"]) == (0, 0, 0)


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not here")
@pytest.mark.parametrize("encoding", ["notes", "events"])
def test_hostile_files_are_read_or_refused(
    capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    answer = _answer(capsys, "corpus", str(HOSTILE), "--encoding", encoding)
    assert answer["files"] + len(answer["refused"]) == len(list(HOSTILE.iterdir()))
    assert answer["tokens"] < 1000
    assert answer["seconds"] < 10
