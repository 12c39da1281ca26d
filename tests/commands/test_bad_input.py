"""Bad input to every command: one line on standard error, and exit status 2."""

from pathlib import Path

import pytest

from tests.commands.run_command import ROOT, error_of
from tests.helpers.tiny_runs import write_run


@pytest.fixture(scope="module")
def commands_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home folder with a run of random weights, which none of these commands uses."""
    home = tmp_path_factory.mktemp("home")
    write_run(home / "runs", "tiny")
    return home


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compose", "nobody", "--out", "x.mid"], "no run 'nobody'"),
        (["compose", "a/b", "--out", "x.mid"], "no checkpoint at 'a/b'"),
        (["compose", "..", "--out", "x.mid"], "cannot be a name"),
        (["compose", "tiny@\0", "--out", "x.mid"], "cannot be a name"),
        (["compose", "tiny@" + "n" * 300, "--out", "x.mid"], "cannot be a name"),
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
        (
            ["compose", "tiny", "--out", "x.mid", "--primer", str(ROOT / "LICENSE")],
            "LICENSE cannot",
        ),
        (["compose", "tiny", "--out", "no-such-folder/x.mid"], "is no folder 'no-such-folder'"),
        (["compose", "tiny", "--out", str(ROOT)], "is a folder: name a file"),
        (["compose", "tiny", "--out", "x.mid", "--lowest", "H4"], "'H4' is not a note: write"),
        (["compose", "tiny"], "--out"),
        (["compose", "tiny", "--out", "/dev/null"], "is a device or a pipe"),
        (["compose", "tiny", "--out", "x.mid", "--wav", "a\0.wav"], "null byte"),
        (["compose", "tiny", "--out", f"{'x' * 5000}.mid"], "too long"),
        (["compose", "tiny", "--out", "x.mid", "--like", "/dev/zero"], "a device or a pipe"),
        (["compose", "tiny", "--out", "x.mid", "--primer", "/dev/zero"], "a device or a pipe"),
        (["compose", "tiny", "--out", "x.mid", "--like", "a\0.mid"], "null byte"),
        (["compose", "tiny", "--out", "x.mid", "--like", "/proc/self/mem"], "is empty"),
        (["convert", "/dev/zero", "x.mid"], "a device or a pipe"),
        (["runs", "export", "tiny", "--out", "/dev/null"], "neither in .zip"),
        (["train", "bach-chorales", "--run", "a/b"], "cannot be a name"),
        (["train", "bach-chorales", "--run", ".."], "cannot be a name"),
        (["train", "bach-chorales", "--run", "tiny"], "choose another name"),
        (["train", "bach-chorales", "--run", "x", "--epochs", "0"], "epochs 0"),
        (["train", "bach-chorales", "--run", "x", "--batch-size", "-3"], "batch size -3"),
        (
            ["train", "bach-chorales", "--run", "x", "--model", "classic", "--encoding", "events"],
            "notes",
        ),
        (
            ["train", "bach-chorales", "--run", "x", "--heads", "2"],
            "the lstm model has no setting heads",
        ),
        (
            ["train", "bach-chorales", "--run", "x", "--model", "transformer", "--length", "64"],
            "attends to 256 steps and is trained on windows of 64",
        ),
        (
            ["train", "bach-chorales", "--run", "x", "--encoding", "notes", "--leave-out", "form"],
            "features are left out of new models of `parts` alone",
        ),
        (["train", "bach-chorales", "--run", "x", "--leave-out", "keys"], "invalid choice: 'keys'"),
        (["train", "bach-chorales", "--run", "unknown", "--resume"], "no run 'unknown'"),
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
        (["train", "--run", "tiny", "--resume", "--split-from", "tiny"], "keeps its split"),
        (["train", "bach-chorales", "--run", "x", "--split-from", "a.json"], "no split in a.json"),
        (["train", "nowhere", "--run", "x"], "'nowhere' is no collection"),
        (["corpus", "nowhere"], "bach-chorales, ryans-mammoth, string-quartets"),
        (["corpus", "bach-chorales", "--encoding", "morse"], "invalid choice: 'morse'"),
        (["evaluate", "nobody"], "no run 'nobody'"),
        (["evaluate", "tiny", "--source", "nowhere"], "'nowhere' is no collection"),
        (["juggle"], "invalid choice: 'juggle'"),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert words in error_of(capsys, *arguments)
