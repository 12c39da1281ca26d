"""Score to printed pages: SVG, engraved by verovio."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import msgspec

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.musicxml import Unprintable, printed_musicxml
from musicgen.rendering.svg_names import with_widths_of_names
from musicgen.score import Score
from musicgen.theory.harmony.vocabulary import Chord

PAGE_WIDTH, PAGE_HEIGHT = 2100, 2970  # tenths of a millimetre, A4
PHONE_WIDTH = 1050  # of pages for a telephone
_OPTIONS = {
    "pageHeight": PAGE_HEIGHT,
    "scale": 40,
    "adjustPageHeight": True,
    "footer": "none",
    "breaksNoWidow": True,  # no single bar on the last page
    "svgViewBox": True,  # the page then scales to any width
}
# Of notes along the staff, and of staves: tried in this order; the last are verovio's defaults.
_SPACINGS = tuple(
    {"spacingLinear": linear, "spacingStaff": staff}
    for linear, staff in ((0.22, 12), (0.25, 8), (0.28, 12), (0.2, 12), (0.2, 8), (0.25, 12))
)
_TEMPO = re.compile(r'(class="tempo">\s*<text x="[\d.-]+" y=")([\d.-]+)')
_TEMPO_RISE = 90  # units of verovio, half a staff space: its note touched the metre below it
_SYSTEM, _MEASURE = 'class="system"', 'class="measure"'


@dataclass(frozen=True)
class Engraving:
    """Printed pages, and when their notes sound; times in ticks of the grid."""

    pages: list[str]  # SVG documents
    notes: dict[str, tuple[int, int]]  # id of an element -> its start and end
    bars: dict[str, int]  # id of an element -> its start


class _Entry(msgspec.Struct):
    """An entry of verovio's time map."""

    qstamp: float  # quarters from the beginning
    on: list[str] = []
    off: list[str] = []
    measure_on: str = msgspec.field(default="", name="measureOn")


def score_svgs(
    score: Score, title: str = "", chords: Sequence[tuple[int, Chord]] = ()
) -> list[str]:
    """One SVG document for every page: the pages of `engrave`."""
    return engrave(score, title, chords).pages


def engrave(
    score: Score,
    title: str = "",
    chords: Sequence[tuple[int, Chord]] = (),
    width: int = PAGE_WIDTH,
) -> Engraving:
    """The printed pages of a score.

    chords: symbols that are printed above the first staff, with their ticks on the grid. width: of
    a page, in tenths of a millimetre.
    Raises Unprintable for a performance, and where verovio refuses the score.
    """
    import verovio  # loads its fonts: only where needed

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit(False)
    # verovio's own default is set for the thread that imported it alone.
    toolkit.setResourcePath(str(files("verovio") / "data"))
    toolkit.setOptions({**_OPTIONS, "pageWidth": width})
    if not toolkit.loadData(printed_musicxml(score, title, chords).decode("utf-8")):
        raise Unprintable("the piece could not be engraved as a printed score")
    if width >= PAGE_WIDTH:  # on pages of a telephone many systems have one bar
        _avoid_short_end(toolkit)
    page_numbers = range(1, toolkit.getPageCount() + 1)
    pages = [_finished(toolkit.renderToSVG(number)) for number in page_numbers]
    return Engraving(pages, *_times(toolkit))


def _finished(page: str) -> str:
    """A page as verovio writes it, with the widths of names, and tempi clear of the staff."""
    raised = _TEMPO.sub(lambda text: f"{text[1]}{float(text[2]) - _TEMPO_RISE:g}", page)
    return with_widths_of_names(raised)


def _times(toolkit: Any) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    """Start and end of each printed note, and start of each bar, by the ids of their elements."""
    notes: dict[str, tuple[int, int]] = {}
    bars: dict[str, int] = {}
    time_map = toolkit.renderToTimemap({"includeMeasures": True})
    for entry in msgspec.convert(time_map, list[_Entry]):
        tick = round(entry.qstamp * TICKS_PER_QUARTER)
        notes |= {element: (notes[element][0], tick) for element in entry.off if element in notes}
        notes |= dict.fromkeys(entry.on, (tick, tick))
        if entry.measure_on:
            bars[entry.measure_on] = tick
    return notes, bars


def _avoid_short_end(toolkit: Any) -> None:
    """Space notes or staves closer or wider where the end would be a lone bar or system."""
    for spacing in _SPACINGS:
        if not _has_short_end(toolkit.renderToSVG(toolkit.getPageCount()), toolkit.getPageCount()):
            return
        toolkit.setOptions(spacing)
        toolkit.redoLayout()


def _has_short_end(last_page: str, pages: int) -> bool:
    """Whether one bar stands alone in the last system, or one system on the last page."""
    _, *systems = last_page.split(_SYSTEM)
    if len(systems) == 1:
        return pages > 1
    return systems[-1].count(_MEASURE) == 1
