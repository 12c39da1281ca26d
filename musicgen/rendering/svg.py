"""Score to printed pages: SVG, engraved by verovio."""

from __future__ import annotations

from importlib.resources import files

from musicgen.errors import MusicgenError
from musicgen.rendering.musicxml import musicxml_bytes
from musicgen.score import Score

PAGE_WIDTH, PAGE_HEIGHT = 2100, 2970  # tenths of a millimetre, A4
_OPTIONS = {
    "pageWidth": PAGE_WIDTH,
    "pageHeight": PAGE_HEIGHT,
    "scale": 40,
    "adjustPageHeight": True,
    "footer": "none",
    "svgViewBox": True,  # the page then scales to any width
}


class Unprintable(MusicgenError):
    """A score that cannot be engraved."""


def score_svgs(score: Score, title: str = "") -> list[str]:
    """One SVG document for every page. Raises Unprintable where verovio refuses the score."""
    import verovio  # loads its fonts: only where needed

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit(False)
    # verovio's own default is set for the thread that imported it alone.
    toolkit.setResourcePath(str(files("verovio") / "data"))
    toolkit.setOptions(_OPTIONS)
    if not toolkit.loadData(musicxml_bytes(score, title).decode("utf-8")):
        raise Unprintable("the piece could not be engraved as a printed score")
    return [toolkit.renderToSVG(page) for page in range(1, toolkit.getPageCount() + 1)]
