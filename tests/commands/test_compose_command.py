"""Command `compose`: its files, its options, and the same piece again with --like."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pretty_midi
import pytest

from musicgen.composing.records.recipe import recipe_in
from musicgen.corpus.readers.read_score import read_score
from tests.commands.run_command import ROOT, answer_of, error_of


def test_files_and_facts_of_two_pieces(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    out, wav, pdf, xml = (tmp_path / f"piece.{kind}" for kind in ("mid", "wav", "pdf", "musicxml"))
    options = ["--bars", "4", "--variations", "2", "--seed", "7"]
    files = ["--out", str(out), "--wav", str(wav), "--pdf", str(pdf), "--musicxml", str(xml)]
    answer = answer_of(capsys, "compose", tiny, *files, *options)
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
    answer_of(capsys, "compose", tiny, "--out", str(out), *options)
    assert out.read_bytes() == first


def test_compose_with_the_ngram_of_a_run(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    out, again, model = tmp_path / "ngram.mid", tmp_path / "again.mid", f"{tiny}@n-gram"
    answer = answer_of(capsys, "compose", model, "--out", str(out), "--bars", "4", "--seed", "7")
    assert answer["pieces"][0]["notes"] > 0
    recipe = recipe_in(out.read_bytes())
    assert recipe is not None and recipe.checkpoint == model
    answer_of(capsys, "compose", model, "--out", str(again), "--like", str(out))
    assert again.read_bytes() == out.read_bytes()


def test_constraints_and_the_best_of_many_pieces(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    out = tmp_path / "best.mid"
    rules = ["--lowest", "D3", "--highest", "70", "--grid", "quarter", "--bars", "4"]
    rules += ["--endings", "0"]  # the best piece is chosen before its ending is
    answer = answer_of(capsys, "compose", tiny, "--out", str(out), *rules, "--best-of", "6")
    assert len(answer["pieces"]) == 1
    notes = read_score(out.read_bytes(), out.name).notes
    assert len(notes) and notes["pitch"].min() >= 50 and notes["pitch"].max() <= 70
    assert not (notes["start"] % 24).any()
    every = answer_of(capsys, "compose", tiny, "--out", str(out), *rules, "--variations", "6")[
        "pieces"
    ]
    least = min(sum(piece["score"].values()) for piece in every)
    assert sum(answer["pieces"][0]["score"].values()) == least


def test_like_composes_the_same_piece_again(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    out, again = tmp_path / "piece.mid", tmp_path / "again.mid"
    options = ["--notes", "30", "--variations", "2", "--seed", "7", "--temperature", "0.7"]
    answer_of(capsys, "compose", tiny, "--out", str(out), *options)
    second = out.with_name("piece-2.mid")
    answer_of(capsys, "compose", tiny, "--out", str(again), "--like", str(second))
    assert again.read_bytes() == second.read_bytes() != out.read_bytes()
    answer = answer_of(
        capsys, "compose", tiny, "--out", str(again), "--like", str(second), "--seed", "8"
    )
    assert answer["settings"]["temperature"] == 0.7 and answer["settings"]["seed"] == 8
    assert again.read_bytes() != second.read_bytes()


def test_like_needs_the_primer_of_a_piece(
    capsys: pytest.CaptureFixture[str], tiny: str, music: Path, tmp_path: Path
) -> None:
    out, again = tmp_path / "longer.mid", tmp_path / "again.mid"
    primer = ["--primer", str(music / "melody 00.mid")]
    answer_of(capsys, "compose", tiny, "--out", str(out), "--bars", "8", *primer)
    like = ["compose", tiny, "--out", str(again), "--like", str(out)]
    assert "say --primer FILE" in error_of(capsys, *like)
    answer_of(capsys, *like, *primer)
    assert again.read_bytes() == out.read_bytes()
    plain = ["compose", tiny, "--out", "x.mid", "--like", str(music / "melody 00.mid")]
    assert "holds no settings" in error_of(capsys, *plain)


def test_compose_continues_a_primer(
    capsys: pytest.CaptureFixture[str], tiny: str, music: Path, tmp_path: Path
) -> None:
    primer = music / "melody 00.mid"
    out = tmp_path / "longer.mid"
    arguments = ["compose", tiny, "--out", str(out), "--bars", "8", "--primer", str(primer)]
    answer = answer_of(capsys, *arguments)
    assert answer["pieces"][0]["notes"] > answer["pieces"][0]["primer_notes"] == 45


def test_options_of_a_melody_are_refused_by_name(
    capsys: pytest.CaptureFixture[str], tiny: str, music: Path
) -> None:
    compose = ["compose", tiny, "--out", "x.mid"]
    melody = ["--melody", str(music / "melody 00.mid")]
    assert "does not know parts" in error_of(capsys, *compose, *melody)
    assert "there is no part 'Oboe'" in error_of(capsys, *compose, *melody, "--given", "Oboe")
    assert "say which file" in error_of(capsys, *compose, "--given", "Oboe")
    assert "--best-of" in error_of(capsys, *compose, *melody, "--best-of", "2")


def test_compose_without_tensorflow(tiny: str, tmp_path: Path) -> None:
    code = (
        "import sys; from musicgen.cli import main; "
        f"status = main(['compose', 'tiny', '--bars', '2', '--out', {str(tmp_path / 'p.mid')!r}]); "
        "sys.exit(status or 'tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_temperature_0_does_not_depend_on_the_seed(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    arguments = ["compose", tiny, "--bars", "2", "--temperature", "0", "--out"]
    files = [tmp_path / "a.mid", tmp_path / "b.mid"]
    for seed, path in enumerate(files):
        answer_of(capsys, *arguments, str(path), "--seed", str(seed))
    notes = [read_score(path.read_bytes(), path.name).notes for path in files]
    assert len(notes[0])
    assert np.array_equal(*notes)  # the files differ, they contain their seeds
