"""PDF pages, rendered to pixels and compared with verovio's SVG."""

import re
from xml.etree.ElementTree import fromstring

import numpy as np
import pypdfium2
import pytest

from musicgen.rendering.pdf.document import SHAPES, pdf_bytes
from musicgen.rendering.pdf.fonts import MUSIC_FONT
from musicgen.rendering.pdf.svg_text import SVG, text_lines
from musicgen.rendering.svg import score_svgs
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from tests.rendering.rendered_scores import PICKUP, random_score

A4 = (595.3, 841.9)  # points
SCALE = A4[0] / 840  # points in a unit of verovio's pages
PIXELS = 3  # in a point


def document(pages: list[str]) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf_bytes(pages))


def ink(page: pypdfium2.PdfPage) -> np.ndarray:
    """Darkness of every pixel, from 0 to 1."""
    return 1 - page.render(scale=PIXELS, grayscale=True).to_numpy() / 255


def piece(notes: int) -> Score:
    return Score(notes_from([(24 * n, 24, 60 + n % 12) for n in range(notes)]), 97.0)


def test_every_page_is_a4() -> None:
    pages = score_svgs(piece(900))
    pdf = document(pages)
    assert len(pdf) == len(pages) > 1
    for page in pdf:
        assert page.get_size() == pytest.approx(A4, abs=0.1)


def test_text_can_be_selected_in_any_alphabet() -> None:
    [page] = document(score_svgs(piece(4), "Dvořák: Песня < & „x“"))
    text = page.get_textpage().get_text_bounded()
    assert "Dvořák: Песня < & „x“" in text
    assert "Acoustic Grand Piano" in text
    assert "= 97" in text


def test_characters_that_the_font_lacks_are_no_error() -> None:
    [page] = document(score_svgs(piece(4), "abc 音楽 😀 def"))
    assert "abc" in page.get_textpage().get_text_bounded()


def test_notes_are_black_where_verovio_puts_them() -> None:
    [svg] = score_svgs(Score(notes_from([(24 * n, 24, 60 + 2 * n) for n in range(8)])))
    [page] = document([svg])
    dark = ink(page)
    heads = re.findall(r'href="#E0A4[^>]*translate\((\d+), (\d+)\)', svg)
    assert len(heads) == 8
    for x, y in heads:
        # From the left edge of the note head, on the page with its margin, to its middle.
        column, row = (int((int(v) + 500) / 25 * SCALE * PIXELS) for v in (x, y))
        assert dark[row - 2 : row + 3, column + 5 : column + 9].mean() > 0.9


def test_staff_lines_are_as_long_as_on_verovios_page() -> None:
    [svg] = score_svgs(piece(16))
    lines = re.findall(r'd="M(\d+) (\d+) L(\d+) \2" stroke-width="13"', svg)
    [page] = document([svg])
    dark = ink(page)
    assert len(lines) >= 5
    for left, y, right in lines:
        row, first, last = (
            round((int(value) + 500) / 25 * SCALE * PIXELS) for value in (y, left, right)
        )
        assert (dark[row - 1 : row + 2, first:last].max(axis=0) > 0.1).all()
    assert np.flatnonzero(dark.any(axis=0)).max() == pytest.approx(
        max((int(right) + 500) / 25 * SCALE * PIXELS for _, _, right in lines), abs=3
    )


def test_a_system_higher_than_a_page_is_scaled_down() -> None:
    rows = [(24 * n, 24, 60 + part, 80, 0, part) for n in range(4) for part in range(30)]
    pages = score_svgs(Score(notes_from(rows)))
    [page, *_] = document(pages)
    assert page.get_textpage().get_text_bounded().count("Acoustic Grand Piano") == 30
    assert not ink(page)[-3:].any()


def test_equal_notes_are_equal_bytes() -> None:
    files = {pdf_bytes(score_svgs(Score(piece(40).notes, metres=PICKUP))) for _ in range(2)}
    assert len(files) == 1


@pytest.mark.parametrize("seed", range(3))
def test_any_piece_can_be_drawn(seed: int) -> None:
    pages = score_svgs(random_score(np.random.default_rng(seed), notes=30))
    pdf = document(pages)
    assert len(pdf) == len(pages)
    assert all(ink(page).any() for page in pdf)


def test_lines_of_text_have_their_font() -> None:
    [page] = score_svgs(piece(4), "Title")
    lines = {
        "".join(span.text for span in line.spans if not span.font): line
        for line in text_lines(fromstring(page).find(f"{SVG}svg/{SVG}g"))
    }
    assert lines["Title"].anchor == "middle"
    assert lines["Acoustic Grand Piano"].anchor == "end"
    tempo = lines["\xa0=\xa097"]
    assert tempo.spans[0].font == MUSIC_FONT
    assert all(span.bold and not span.italic for span in tempo.spans)


def test_other_svg_is_refused() -> None:
    with pytest.raises(ValueError, match="not a page that verovio has engraved"):
        pdf_bytes(['<svg xmlns="http://www.w3.org/2000/svg"/>'])


def test_brackets_triplets_and_octave_signs_are_of_shapes_that_are_drawn() -> None:
    parts = tuple(Part(name, 40, track=n) for n, name in enumerate(("Violin 1", "Violin 2")))
    rows = [(8 * n, 8, 98, 80, 40, 0) for n in range(12)] + [(0, 96, 60, 80, 40, 1)]
    [svg] = score_svgs(Score(notes_from(rows), parts=parts))
    tags = {element.tag.removeprefix(SVG) for element in fromstring(svg).iter()}
    outside = {"svg", "style", "defs", "desc", "title", "g", "use", "text", "tspan"}
    assert {"rect", "polyline"} <= tags  # a bracket of the parts, those of the triplets
    assert tags - outside <= set(SHAPES)


def test_a_bracket_is_black() -> None:
    parts = (Part("Violin 1", 40), Part("Violin 2", 40, track=1))
    rows = [(0, 96, 72, 80, 40, 0), (0, 96, 69, 80, 40, 1)]
    [svg] = score_svgs(Score(notes_from(rows), parts=parts))
    [page] = document([svg])
    x, y, height, width = (
        float(re.findall(rf'<rect[^>]* {name}="([\d.]+)"', svg)[0])
        for name in ("x", "y", "height", "width")
    )
    middle = y + height / 2, x + width / 2
    row, column = (int((value + 500) / 25 * SCALE * PIXELS) for value in middle)
    assert ink(page)[row, column] > 0.9
