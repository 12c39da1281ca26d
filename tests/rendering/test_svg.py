"""Pages engraved by verovio."""

import re
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

import pytest

from musicgen.rendering.musicxml import Unprintable
from musicgen.rendering.svg import engrave, score_svgs
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from tests.helpers.bands import performance_score
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


def test_drums_hands_and_like_parts_have_their_signs() -> None:
    parts = (
        Part("Piano", track=0),
        Part("Violin", 40, track=1),
        Part("Viola", 41, track=2),
        Part("Kit", 0, True, 3),
    )
    rows = [(0, 48, 40, 80, 0, 0), (0, 48, 76, 80, 0, 0), (0, 48, 69, 80, 40, 1)]
    rows += [(0, 48, 60, 80, 41, 2), (0, 24, 36, 80, 0, 3), (24, 24, 38, 80, 0, 3)]
    [page] = score_svgs(Score(notes_from(rows), parts=parts))
    assert count_of_class(page, "staff") == 5
    assert page.count('class="grpSym"') == 2  # a brace for the piano, a bracket for the strings
    for name in ("Piano", "Violin", "Viola", "Kit"):
        assert f">{name}</tspan>" in page


def test_a_performance_is_not_printed() -> None:
    with pytest.raises(Unprintable, match="without a beat"):
        score_svgs(performance_score())


def test_a_last_bar_does_not_stand_alone() -> None:
    for bars in range(9, 16):
        rows = [(24 * n, 24, 60 + n % 12) for n in range(4 * bars)]
        systems = score_svgs(Score(notes_from(rows)))[-1].split('class="system"')
        assert systems[-1].count('class="measure"') > 1


@pytest.mark.parametrize("bars", range(12, 24))
def test_a_last_system_does_not_stand_alone_on_its_page(bars: int) -> None:
    keys = (72, 67, 60, 48)  # four parts in quarters, after an upbeat of one
    rows = [
        (24 * n, 24, key + n % 5, 80, 0, part)
        for n in range(4 * bars)
        for part, key in enumerate(keys)
    ]
    parts = tuple(Part(name, 0) for name in ("Soprano", "Alto", "Tenor", "Bass"))
    pages = score_svgs(Score(notes_from(rows), parts=parts, metres=PICKUP))
    assert len(pages) == 1 or count_of_class(pages[-1], "system") > 1


def test_printed_notes_and_bars_have_their_times() -> None:
    rows = [(0, 24, 67), (24, 120, 60)]  # an upbeat, then a note tied over a bar line
    engraved = engrave(Score(notes_from(rows), metres=PICKUP))
    assert list(engraved.notes.values()) == [(0, 24), (24, 120), (120, 144)]
    assert list(engraved.bars.values()) == [0, 24, 120]
    assert all(f'id="{element}"' in engraved.pages[0] for element in engraved.notes)


def test_names_of_parts_have_the_width_of_times_in_any_font() -> None:
    names = ("Acoustic Grand Piano", "Flöte", "ピアノ")
    parts = tuple(Part(name, program=n, track=n) for n, name in enumerate(names))
    rows = [(0, 24, 60, 80, n, n) for n in range(3)]
    [page] = score_svgs(Score(notes_from(rows), parts=parts))
    widths = {
        span.text: (span.get("font-size"), span.get("textLength"), span.get("lengthAdjust"))
        for span in ElementTree.fromstring(page).iter()
        if span.text in names
    }
    # Liberation Serif, which has the widths of Times, sets them 3577 and 833 wide.
    assert widths["Acoustic Grand Piano"] == ("405px", "3578", "spacingAndGlyphs")
    assert widths["Flöte"] == ("405px", "833", "spacingAndGlyphs")
    assert widths["ピアノ"] == ("405px", None, None)


def test_the_note_of_a_tempo_does_not_touch_the_metre() -> None:
    page = score_svgs(Score(notes_from([(24 * n, 24, 60) for n in range(8)])))[0]
    baseline = re.search(r'class="tempo">\s*<text x="\d+" y="(\d+)"', page)
    staff = re.search(r'class="staff".*?<path d="M\d+ (\d+)', page, re.DOTALL)
    assert baseline and staff
    # The note's head hangs 90 units below its baseline; the metre's 4 rises some above the staff.
    assert int(staff[1]) - int(baseline[1]) == 225


@pytest.mark.parametrize(
    "title", ["Tune & dance in F sharp minor, " * 3, "ピアノのための小さな前奏曲" * 3]
)
def test_a_long_title_is_as_wide_as_the_page_at_most(title: str) -> None:
    score = Score(notes_from([(24 * n, 24, 60) for n in range(8)]))
    small, large = (engrave(score, title, width=width).pages[0] for width in (1050, 4200))
    for page, smaller in ((small, True), (large, False)):
        [span] = [s for s in ElementTree.fromstring(page).iter() if s.text == title.strip()]
        assert (float(span.get("font-size", "").removesuffix("px")) < 600) == smaller
        if span.get("textLength"):
            assert float(span.get("textLength", "")) <= (9500 if smaller else 41_000)
