import xml.etree.ElementTree as ElementTree

import pytest

from musicgen.rendering.svg import score_svgs
from musicgen.score import Score, notes_from
from musicgen.ui.compose.piece.page_svg import join_pages

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pages() -> list[str]:
    return score_svgs(Score(notes_from([(12 * n, 12, 60 + n % 12) for n in range(1_500)])))


def count_notes(document: ElementTree.Element) -> int:
    return sum("note" in element.get("class", "").split() for element in document.iter())


def test_pages_are_joined_one_below_the_other(pages):
    assert len(pages) > 1
    document = ElementTree.fromstring(join_pages(pages))
    joined = document.findall(f"{SVG}svg")
    assert count_notes(document) == 1_500
    tops = [float(page.get("y")) for page in joined]
    heights = [float(page.get("height")) for page in joined]
    assert tops == pytest.approx([sum(heights[:n]) for n in range(len(pages))])
    assert float(document.get("viewBox").split()[3]) == pytest.approx(sum(heights))


def test_a_document_without_a_page_is_an_error():
    with pytest.raises(ValueError, match="no <svg> element"):
        join_pages(["<p>no page</p>"])
