"""Small MusicXML texts for tests, and their notes as rows."""

from __future__ import annotations

from musicgen.corpus.readers.musicxml.reader import read_musicxml
from musicgen.score import Score

FOUR_FOUR = "<time><beats>4</beats><beat-type>4</beat-type></time>"
TIED = '<tie type="start"/>'
TIED_TO = '<tie type="stop"/>'


def note(name: str, quarters: float, more: str = "") -> str:
    """A note such as `C4`, or a rest; `more` holds what stands after the pitch."""
    pitch = f"<pitch><step>{name[0]}</step><octave>{name[1]}</octave></pitch>"
    pitch = "<rest/>" if name == "rest" else pitch
    return f"<note>{pitch}<duration>{round(quarters * 4)}</duration>{more}</note>"


def part(*bars: str, attributes: str = FOUR_FOUR) -> list[str]:
    """Bars with the attributes of the first."""
    head = f"<attributes><divisions>4</divisions>{attributes}</attributes>"
    return [head + bars[0], *bars[1:]]


def xml(*parts: list[str], score_parts: str = "") -> str:
    body = "".join(
        f'<part id="P{number}">'
        + "".join(f'<measure number="{n}">{bar}</measure>' for n, bar in enumerate(bars, 1))
        + "</part>"
        for number, bars in enumerate(parts, 1)
    )
    listed = score_parts or "".join(
        f'<score-part id="P{number}"><part-name>Part {number}</part-name></score-part>'
        for number in range(1, len(parts) + 1)
    )
    return f"<score-partwise><part-list>{listed}</part-list>{body}</score-partwise>"


def read(*parts: list[str], score_parts: str = "") -> Score:
    return read_musicxml(xml(*parts, score_parts=score_parts), "a").score


def rows(score: Score) -> list[tuple[int, int, int]]:
    return score.on_grid().notes[["start", "duration", "pitch"]].tolist()
