"""Pages engraved by verovio."""

import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

from musicgen.rendering.svg import score_svgs
from musicgen.score import Score, notes_from
from tests.rendering.rendered_scores import PICKUP


def count_of_class(page: str, name: str) -> int:
    """Number of elements of a class on a page."""
    elements = ElementTree.fromstring(page).iter()
    return sum(name in element.get("class", "").split() for element in elements)


def test_a_short_piece_is_one_page_with_all_its_notes() -> None:
    rows = [(0, 24, 67), *[(24 + 24 * n, 24, 60 + n) for n in range(8)]]
    [page] = score_svgs(Score(notes_from(rows), metres=PICKUP))
    assert count_of_class(page, "note") == 9
    assert count_of_class(page, "measure") == 3
    assert count_of_class(page, "staff") == 3


def test_a_long_piece_has_several_pages() -> None:
    rows = [(12 * n, 12, 60 + n % 12) for n in range(800)]
    pages = score_svgs(Score(notes_from(rows)))
    assert len(pages) > 1
    assert sum(count_of_class(page, "note") for page in pages) == 800


def test_a_title_is_text_and_never_markup() -> None:
    [page] = score_svgs(Score(notes_from([(0, 24, 60)])), title="<script>alert(1)</script>")
    assert not any(
        element.tag.endswith("script") for element in ElementTree.fromstring(page).iter()
    )
    assert "&lt;script&gt;" in page


def test_an_empty_score_is_a_page_with_a_rest() -> None:
    [page] = score_svgs(Score())
    assert count_of_class(page, "note") == 0
    assert count_of_class(page, "rest") + count_of_class(page, "mRest") == 1


def test_every_thread_can_engrave() -> None:
    """verovio sets the path of its fonts for one thread; a web server has many."""
    piece = Score(notes_from([(0, 24, 60), (24, 24, 62)]))
    with ThreadPoolExecutor(max_workers=1) as first, ThreadPoolExecutor(max_workers=1) as second:
        pages = [pool.submit(score_svgs, piece).result() for pool in (first, second)]
    assert [count_of_class(page, "note") for [page] in pages] == [2, 2]
