"""Command `convert`, and what `corpus` says of each piece."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.reading.round_trips import differences
from musicgen.corpus.readers.read_score import read_score
from tests.commands.run_command import answer_of, error_of
from tests.helpers.bands import BAND_PARTS, band_midi, performance_midi, rubato_midi

TUNE = "X:1\nT:A tune\nM:4/4\nL:1/4\nQ:1/4=90\nK:G\nGABc|d4|]\n"


@pytest.fixture
def band(tmp_path: Path) -> Path:
    path = tmp_path / "band.mid"
    path.write_bytes(band_midi())
    return path


@pytest.mark.parametrize("write", [band_midi, performance_midi, rubato_midi])
def test_a_midi_file_read_and_written_is_the_same_to_other_programs(
    write: Callable[[], bytes],
) -> None:
    data = write()
    assert differences(data) == []
    score = read_score(data, "a.mid")
    assert len(score)


def test_midi_to_midi(capsys: pytest.CaptureFixture[str], band: Path, tmp_path: Path) -> None:
    out = tmp_path / "again.mid"
    answer = answer_of(capsys, "convert", str(band), str(out))
    assert answer["files"] == [str(out)]
    assert [part["name"] for part in answer["parts"]] == [name for name, _, _ in BAND_PARTS]
    again, before = (read_score(path.read_bytes(), path.name) for path in (out, band))
    assert again == before
    assert [part.name for part in again.parts] == [part.name for part in before.parts]


def test_abc_to_all_formats(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tune = tmp_path / "tune.abc"
    tune.write_text(TUNE)
    for extension, start in {
        "mid": b"MThd", "musicxml": b"<?xml", "wav": b"RIFF", "pdf": b"%PDF", "svg": b"<"
    }.items():  # fmt: skip
        out = tmp_path / f"tune.{extension}"
        assert answer_of(capsys, "convert", str(tune), str(out))["files"] == [str(out)]
        assert out.read_bytes().startswith(start)
    midi, xml = (read_score((tmp_path / f"tune.{kind}").read_bytes(), f"tune.{kind}")
                 for kind in ("mid", "musicxml"))  # fmt: skip
    assert midi.notes["pitch"].tolist() == xml.notes["pitch"].tolist() == [67, 69, 71, 72, 74]
    assert midi.tempo == xml.tempo == 90
    with wave.open(io.BytesIO((tmp_path / "tune.wav").read_bytes())) as sound:
        # Eight quarters at 90, and two seconds for the last note to decay.
        assert sound.getnframes() / sound.getframerate() == pytest.approx(8 * 60 / 90 + 2, abs=0.1)


def test_a_performance_is_printed_by_the_beats_of_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    played = tmp_path / "played.mid"
    played.write_bytes(performance_midi(40))
    out = tmp_path / "played.musicxml"
    answer = answer_of(capsys, "convert", str(played), str(out))
    assert answer["performance"]
    assert len(read_score(out.read_bytes(), out.name)) == answer["notes"]


@pytest.mark.parametrize(
    ("file", "out", "reason"),
    [
        ("band.mid", "band.doc", "'.doc' is not a format that is written"),
        ("band.mid", "nowhere/band.mid", "there is no folder"),
        ("band.mid", ".", "is not a format that is written"),
        ("missing.mid", "a.mid", "it cannot be opened"),
        ("diary.mid", "a.mid", "'diary.mid' was refused"),
        ("/dev/zero", "a.mid", "a device or a pipe"),
        (".", "a.mid", "it is a folder, where a file is wanted"),
    ],
)
def test_what_cannot_be_converted_is_one_line(
    capsys: pytest.CaptureFixture[str], band: Path, file: str, out: str, reason: str
) -> None:
    (band.parent / "diary.mid").write_text("Dear diary")
    error = error_of(capsys, "convert", str(band.parent / file), str(band.parent / out))
    assert reason in error
    assert not (band.parent / "a.mid").exists()


def test_corpus_says_what_each_piece_holds(capsys: pytest.CaptureFixture[str], band: Path) -> None:
    [piece] = answer_of(capsys, "corpus", str(band))["pieces"]
    assert {key: piece[key] for key in ("file", "tempo_changes", "performance", "left_out")} == {
        "file": "band.mid",
        "tempo_changes": 2,
        "performance": False,
        "left_out": [],
    }
    assert piece["parts"][10] == {
        "name": "Bass",
        "instrument": "Electric Bass (finger)",
        "program": 33,
        "drums": False,
        "notes": 64,
    }
    assert piece["parts"][11]["drums"]
    assert piece["drum_notes"] == piece["parts"][11]["notes"] > 0
    assert piece["pedal"] == 8
    assert piece["notes"] == sum(part["notes"] for part in piece["parts"])
