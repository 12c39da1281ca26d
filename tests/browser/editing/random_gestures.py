"""Random gestures in the editor, which are undone and redone: for tests and benchmarks."""

from __future__ import annotations

import random

from musicgen.composing.editing.edited_pieces import LOG_BYTES, open_piece
from musicgen.composing.records.saved_pieces import SavedPiece, read_piece
from tests.browser.editing.editor_actions import Roll


def check_undo_of_gestures(roll: Roll, piece: SavedPiece, gestures: int, seed: int) -> int:
    """Undo random gestures to the byte, and redo them; returns how many changed the piece."""
    choice = random.Random(seed)
    for _ in range(gestures):
        random_gesture(roll, choice)
    child = roll.saved()
    after, log = read_piece(child).midi, open_piece(child).log
    assert log.cursor > gestures // 5
    while roll.button("Undo").is_enabled():
        roll.press("Control+z")
    roll.saved()
    assert open_piece(child).log.cursor == 0
    assert read_piece(child).midi == piece.midi
    while roll.button("Redo").is_enabled():
        roll.press("Control+y")
    roll.saved()
    assert open_piece(child).log.changes == log.changes
    assert read_piece(child).midi == after
    assert read_piece(child).facts[LOG_BYTES] > 0
    return log.cursor


def random_gesture(roll: Roll, choice: random.Random) -> None:
    """One gesture at random, by mouse or keyboard."""
    gestures = [
        lambda: roll.drag(
            (choice.randrange(192), choice.randrange(66, 84)),
            (choice.randrange(240), choice.randrange(66, 84)),
            steps=2,
        ),
        lambda: roll.page.mouse.dblclick(
            *roll.place(choice.randrange(300), choice.randrange(60, 84))
        ),
        lambda: roll.press(choice.choice(("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"))),
        lambda: roll.press(choice.choice(("Shift+ArrowLeft", "Shift+ArrowRight"))),
        lambda: roll.press(choice.choice(("Alt+ArrowUp", "Alt+ArrowDown", "q", "b", "p"))),
        lambda: roll.press(choice.choice((".", ",", "Control+c", "Control+v", "PageDown", "Home"))),
        lambda: roll.press(choice.choice(("Delete", "Control+x", "Enter", "Escape"))),
    ]
    choice.choice(gestures)()
