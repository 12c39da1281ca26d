"""The editor on a page, as browser tests act on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from musicgen.composing.editing.edited_pieces import open_piece
from musicgen.composing.records.saved_pieces import SavedPiece, save_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from tests.browser.browser_actions import settle

PARTS = (Part("Flute", 73), Part("Cello", 42, track=1))
NOW = datetime(2026, 11, 29, tzinfo=UTC)
GUTTER, RULER = 60, 24  # pixels, as in view.js
# Places on the canvas in ticks and pitches, and what is drawn there, through the view's geometry.
GEOMETRY = """scroller => {
    const canvas = scroller.querySelector("canvas").getBoundingClientRect();
    const spacer = scroller.querySelector(".spacer").getBoundingClientRect();
    return {x: canvas.x, y: canvas.y, width: canvas.width, height: canvas.height,
            left: scroller.scrollLeft, top: scroller.scrollTop,
            ticks: spacer.width - 60, rows: spacer.height - 84};
}"""


def draft() -> SavedPiece:
    """Save eight quarters of a flute over two long notes of a cello, in two bars."""
    rows = [(24 * n, 24, 72 + n, 80, 73, 0) for n in range(8)]
    rows += [(0, 96, 60, 80, 42, 1), (96, 96, 55, 80, 42, 1)]
    return save(Score(notes_from(rows), parts=PARTS))


def save(score: Score) -> SavedPiece:
    facts = {"begin": "", "notes": len(score)}
    settings = ComposeSettings(seed=3)
    return save_piece(midi_bytes(score), "tiny@epoch-0002", settings, 0, facts, NOW, name="draft")


class Roll:
    """The editor on a page, in ticks and pitches."""

    def __init__(self, page: Any, server: Any, piece: SavedPiece) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda problem: self.problems.append(str(problem)))
        self.open(server, piece.id)

    def open(self, server: Any, piece_id: str) -> None:
        self.page.goto(f"{server.url}/Compose?piece={piece_id}&model=tiny")
        edit = self.page.get_by_role("radio", name="Edit", exact=True)
        edit.click()
        self.page.locator(".editor .parts li").first.wait_for()
        settle(self.page)
        self.end = 10 * 96  # ticks that can be scrolled to: two bars and eight to write in

    @property
    def editor(self) -> Any:
        return self.page.locator(".editor")

    def button(self, name: str) -> Any:
        return self.editor.get_by_role("button", name=name, exact=True)

    @property
    def scroller(self) -> Any:
        return self.editor.locator(".scroller")

    def place(self, tick: float, pitch: float) -> tuple[float, float]:
        """Pixels of the middle of a pitch's row at a tick."""
        view = self.scroller.evaluate(GEOMETRY)
        row = view["rows"] / 128
        x = view["x"] + GUTTER + tick * view["ticks"] / self.end - view["left"]
        return x, view["y"] + RULER + (127.5 - pitch) * row - view["top"]

    def drag(self, start: tuple[float, float], stop: tuple[float, float], steps: int = 3) -> None:
        self.page.mouse.move(*self.place(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.place(*stop), steps=steps)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        self.scroller.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def saved(self) -> str:
        """Id of the piece that has the edits, when all are saved."""
        self.editor.get_by_text("All edits are saved").wait_for()
        return str(self.editor.get_attribute("data-piece"))

    def notes(self) -> Sequence[tuple[int, ...]]:
        """Start, duration, pitch, velocity and part of the saved notes."""
        return open_piece(self.saved()).music().rows()

    def pitches_shown(self) -> set[int]:
        """Pitches of the piece that the page's address names, also where no editor is open."""
        [piece] = parse_qs(urlsplit(self.page.url).query)["piece"]
        return {row[2] for row in open_piece(piece).music().rows()}
