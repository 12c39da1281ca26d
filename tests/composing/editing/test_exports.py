"""An edited piece is exported as it is shown, in all formats."""

from __future__ import annotations

import re
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from musicgen.composing.editing.change import Change
from musicgen.composing.editing.edited_pieces import add_edits, open_piece
from musicgen.composing.records.saved_pieces import save_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.readers.read_score import read_score
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.rendering.pdf.document import pdf_bytes
from musicgen.rendering.svg import engrave
from musicgen.rendering.wav import wav_bytes
from musicgen.score import Score, notes_from

PIXELS = 3  # in a point of a PDF page
POINTS = 595.3 / 840  # in a unit of verovio's pages
NOW = datetime(2026, 11, 29, tzinfo=UTC)
SCALE = Score(notes_from([(24 * n, 24, 60 + n) for n in range(8)]))
# One note an octave up, one gone, one four bars later.
CHANGES = (
    Change("Move", ((0, 24, 60, 80, 0),), ((0, 24, 72, 80, 0),)),
    Change("Delete", ((24, 24, 61, 80, 0),), ()),
    Change("Add", (), ((384, 48, 67, 90, 0),)),
)
SHOWN = [(0, 24, 72), *((24 * n, 24, 60 + n) for n in range(2, 8)), (384, 48, 67)]


@pytest.fixture()
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Score]:
    """The edited piece as pages and commands read it."""
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    piece = save_piece(midi_bytes(SCALE), "run@best", ComposeSettings(), 0, {"begin": ""}, NOW)
    child = add_edits(piece.id, "abc", 0, CHANGES, midi_bytes, NOW)
    shown = open_piece(child.id).score()
    assert rows(shown) == SHOWN
    yield read_score(child.midi, "piece.mid")


def rows(score: Score) -> list[tuple[int, int, int]]:
    return [tuple(row) for row in score.on_grid().notes[["start", "duration", "pitch"]].tolist()]


def test_midi_and_musicxml_have_the_notes_that_are_shown(edited: Score) -> None:
    assert rows(edited) == SHOWN
    assert rows(read_score(musicxml_bytes(edited), "piece.musicxml")) == SHOWN


def test_the_print_has_the_notes_that_are_shown(edited: Score) -> None:
    assert sorted(engrave(edited).notes.values()) == [(start, start + d) for start, d, _ in SHOWN]


def test_the_pdf_has_the_notes_that_are_shown(edited: Score) -> None:
    """Black or half note heads of the opened PDF, where verovio has put those that are shown."""
    pages = engrave(edited).pages
    [page] = pypdfium2.PdfDocument(pdf_bytes(pages, edited.name))
    dark = 1 - page.render(scale=PIXELS, grayscale=True).to_numpy() / 255
    heads = re.findall(r'href="#E0A[34][^>]*translate\((\d+), (\d+)\)', pages[0])
    assert len(heads) == len(SHOWN)
    places = [tuple(int((int(v) + 500) / 25 * POINTS * PIXELS) for v in head) for head in heads]
    for column, row in places:
        assert dark[row - 6 : row + 7, column : column + 14].max() > 0.9
    assert places[0][1] < places[1][1]  # C5, which was moved up, above D4


def test_the_sound_has_the_notes_that_are_shown(edited: Score) -> None:
    with wave.open(BytesIO(wav_bytes(edited))) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    loudness = np.abs(samples.reshape(-1, channels).astype(float)).max(axis=1)

    def loudest(seconds: float) -> float:
        first = int(seconds * rate)
        return float(loudness[first : first + rate // 10].max())

    # At 120: the last note of before ends at 4 s, the one that was added begins at 8 s.
    assert loudest(8.05) > 20 * loudest(7.5)
    assert len(loudness) / rate == pytest.approx(9 + 2, abs=0.2)
