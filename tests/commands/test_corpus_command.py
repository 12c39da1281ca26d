"""Commands `library` and `corpus`, also on damaged and malicious files."""

import json
import signal
import zipfile
from pathlib import Path

import pytest

from musicgen.cli import main
from musicgen.commands.progress import ProgressLine
from musicgen.corpus.score_cache import load_cache
from tests.commands.run_command import ROOT, answer_of, error_of
from tests.helpers.tiny_music import write_folder

HOSTILE = ROOT.parent / "shared/corpora/hostile"


def test_library(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["name"]: row for row in answer_of(capsys, "library")["bundled"]}
    assert rows["bach-chorales"]["pieces"] >= 400
    assert rows["ryans-mammoth"]["pieces"] >= 1000
    assert rows["string-quartets"]["pieces"] == 62
    assert all(row["licence"] for row in rows.values())


def test_corpus(capsys: pytest.CaptureFixture[str], music: Path) -> None:
    answer = answer_of(capsys, "corpus", str(music))
    assert (answer["files"], answer["refused"], answer["notes"]) == (12, [], 12 * 45)
    assert answer["tokens"] == 12 * 45
    assert 0 < answer["vocabulary"] <= answer["tokens"]
    assert answer["seconds"] > 0
    notes = answer_of(capsys, "corpus", str(music), "--encoding", "notes")
    assert notes["vocabulary"] < answer["vocabulary"]


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
        answer = answer_of(capsys, "corpus", str(source))
        assert answer["files"] == 1
        assert {Path(row["file"]).name for row in answer["refused"]} >= {"shopping.mid"}
        assert all(row["reason"] for row in answer["refused"])


def test_ctrl_c_reports_the_files_read_so_far(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "stopped", count=4)

    def interrupt_after_two(self: ProgressLine, done: int, total: int) -> None:
        if done == 2:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(ProgressLine, "__call__", interrupt_after_two)
        assert main(["corpus", str(folder), "--json"]) == 130
    answer = json.loads(capsys.readouterr().out)
    assert (answer["files"], answer["complete"]) == (2, False)
    assert len(load_cache(folder)) == 2
    answer = answer_of(capsys, "corpus", str(folder))
    assert (answer["files"], answer["complete"]) == (4, True)


def test_a_source_without_music_is_bad_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "there is no file in" in error_of(capsys, "corpus", str(tmp_path))
    (tmp_path / "a.mid").write_bytes(b"a letter")
    (tmp_path / "b.txt").write_bytes(b"notes")
    line = error_of(capsys, "corpus", str(tmp_path), "--json")
    assert "'a.mid' was refused: it is not a MIDI file" in line
    assert "(1 more file was refused)" in line
    assert "it is not a MIDI file" in error_of(capsys, "corpus", str(tmp_path / "a.mid"))


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not here")
@pytest.mark.parametrize("encoding", ["notes", "events"])
def test_malicious_files_are_read_or_refused(
    capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    answer = answer_of(capsys, "corpus", str(HOSTILE), "--encoding", encoding)
    assert answer["files"] + len(answer["refused"]) == len(list(HOSTILE.iterdir()))
    assert answer["tokens"] < 1000
    assert answer["seconds"] < 10
