import xml.etree.ElementTree as ElementTree

import pytest

from musicgen.rendering.svg import score_svgs
from musicgen.score import Score, notes_from
from musicgen.ui.compose.piece.page_svg import on_paper, one_sheet

SVG = "{http://www.w3.org/2000/svg}"
PAGES = score_svgs(Score(notes_from([(12 * n, 12, 60 + n % 12) for n in range(500)])))


def notes(document: ElementTree.Element) -> int:
    return sum("note" in e.get("class", "").split() for e in document.iter())


def test_a_page_on_paper_is_the_same_page_on_white():
    page = ElementTree.fromstring(on_paper(PAGES[0]))
    assert (page[0].tag, page[0].get("fill")) == (f"{SVG}rect", "white")
    assert notes(page) == notes(ElementTree.fromstring(PAGES[0])) > 0


def test_one_sheet_holds_all_pages_one_below_the_other():
    assert len(PAGES) > 1
    sheet = ElementTree.fromstring(one_sheet(PAGES))
    pages = sheet.findall(f"{SVG}svg")
    assert notes(sheet) == 500
    tops = [float(page.get("y")) for page in pages]
    heights = [float(page.get("height")) for page in pages]
    assert tops == pytest.approx([sum(heights[:n]) for n in range(len(PAGES))])
    assert float(sheet.get("viewBox").split()[3]) == pytest.approx(sum(heights))


def test_what_is_no_page_is_refused():
    with pytest.raises(ValueError, match="no size"):
        on_paper("<p>no page</p>")
