"""`compose --rewrite` and `--chords`: bars of some parts again, and chords that are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicgen.corpus.readers.read_score import read_score
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.paths import runs_folder
from musicgen.rendering.midi import midi_bytes
from tests.commands.run_command import answer_of, error_of
from tests.helpers.tiny_music import band_pieces
from tests.helpers.tiny_runs import write_run

BAR = 96


@pytest.fixture
def band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A piece of eight bars, and the run `parts` that can compose around it."""
    encoding = PartsEncoding(given_first=True, chords=True)
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    write_run(runs_folder(), "parts", training=band_pieces(), encoding=encoding)
    [score] = band_pieces(1, 8)
    path = tmp_path / "band.mid"
    path.write_bytes(midi_bytes(score))
    return path


@pytest.mark.slow
def test_bars_of_a_part_are_composed_again(
    capsys: pytest.CaptureFixture[str], band: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again.mid"
    options = ["--rewrite", "3-4", "--parts", "Flute", "--variations", "2", "--out", str(out)]
    answer = answer_of(capsys, "compose", "parts", "--primer", str(band), *options)
    assert len(answer["pieces"]) == 2
    before = read_score(band.read_bytes(), band.name)
    flute = [part.name for part in before.parts].index("Flute")
    changed = []
    for file in (out, out.with_name("again-2.mid")):
        notes = read_score(file.read_bytes(), file.name).notes
        tables = []
        for table in (before.notes, notes):
            inside = (table["start"] >= 2 * BAR) & (table["start"] < 4 * BAR)
            tables.append(table[~(inside & (table["part"] == flute))][["start", "pitch"]].tolist())
        assert tables[0] == tables[1]
        changed.append(notes.tolist())
    assert changed[0] != changed[1] != before.notes.tolist()


def test_what_cannot_be_rewritten_is_refused(
    capsys: pytest.CaptureFixture[str], band: Path
) -> None:
    compose = ["compose", "parts", "--out", "x.mid", "--primer", str(band)]
    assert "has bars 1 to 8, and no 7-9" in error_of(capsys, *compose, "--rewrite", "7-9")
    assert "'x' are not such as" in error_of(capsys, *compose, "--rewrite", "x")
    assert "there is no part 'Oboe'" in error_of(
        capsys, *compose, "--rewrite", "3", "--parts", "Oboe"
    )
    assert "parts 'Flute' is not a number" in error_of(capsys, *compose, "--parts", "Flute")
    alone = ["compose", "parts", "--out", "x.mid", "--rewrite", "3"]
    assert "say --primer FILE" in error_of(capsys, *alone)


def test_chords_are_asked_for(
    capsys: pytest.CaptureFixture[str], band: Path, tmp_path: Path
) -> None:
    compose = ["compose", "parts", "--bars", "4", "--out", str(tmp_path / "chords.mid")]
    answer = answer_of(capsys, *compose, "--chords", "C Am F G")
    settings = answer["settings"]
    assert settings["chords"] == "C Am F G" and answer["pieces"][0]["bars"] >= 4
    assert "Bar 2: 'H'" in error_of(capsys, *compose, "--chords", "C H")
    given = ["--melody", str(band), "--given", "Flute", "--chords", "C | F"]
    assert answer_of(capsys, *compose, *given)["pieces"][0]["bars"] == 8
