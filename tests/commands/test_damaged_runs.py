"""Command `runs` where files of a run do not fit: its row says so, the others are listed."""

from pathlib import Path

import pytest

from tests.commands.run_command import answer_of
from tests.helpers.example_runs import run_that_is


@pytest.fixture(scope="module")
def commands_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home folder of these tests alone."""
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("status.json", '{"state": {}}', "status cannot be read"),
        ("status.json", '{"state": "finished", "epoch": []}', "status cannot be read"),
        ("status.json", '{"state": "finished", "best_valid_loss": "low"}', "cannot be read"),
        ("run.json", '{"name": []}', "cannot be read"),
        ("run.json", '{"name": "x", "source": 1, "model": {}, "train": {}}', "cannot be read"),
        ("run.json", "[" * 10_000, "cannot be read"),
    ],
)
def test_a_damaged_run_is_one_row(
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
    name: str,
    text: str,
    words: str,
) -> None:
    number = request.node.callspec.indices["name"]
    run_that_is("finished", f"whole {number}")
    damaged = run_that_is("finished", f"damaged {number}")
    (damaged.folder / name).write_text(text)
    rows = {row["name"]: row for row in answer_of(capsys, "runs")["runs"]}
    assert words in rows[damaged.name]["message"]
    assert rows[f"whole {number}"]["status"] == "finished"
