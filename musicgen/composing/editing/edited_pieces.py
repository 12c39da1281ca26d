"""Edited pieces in the history: the piece as composed, the log of its edits, the result.

The first edit of a composed piece makes a new piece, its child; later edits change that one. Its
folder holds the music before all edits (BASE_MIDI, BASE_FACTS) and the log beside the usual files,
which are written anew after each gesture. The log is written first and is what counts: where a
crash came between the two, `repair` writes the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from musicgen.composing.editing.change import (
    Music,
    difference,
    music_of,
    rows_of,
    score_of_music,
)
from musicgen.composing.editing.edit_log import EditLog, Line, log_bytes, parse_log
from musicgen.composing.records.recipe import Edits, Recipe
from musicgen.composing.records.saved_pieces import (
    MAX_NAME_CHARACTERS,
    WRITING,
    SavedPiece,
    UnknownPiece,
    add_piece,
    read_piece,
    replace_music,
)
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_saved_midi
from musicgen.errors import MusicgenError
from musicgen.files import open_to_append, read_file, to_json_bytes, write_bytes
from musicgen.json_files import InvalidJson, parse_json
from musicgen.paths import checked_name, pieces_folder
from musicgen.score import Score

BASE_MIDI, BASE_FACTS, LOG = "base.mid", "base.json", "edits.jsonl"
MAX_PARENT_CHARACTERS = 50  # of an id, in that of its child
OWN_FACTS = ("from", "how", "rewritten")  # of the piece, whatever its edits
LOG_BYTES = "log_bytes"  # fact of an edited piece: length of the log that its files agree with

MidiWriter: TypeAlias = Callable[[Score, str, str], bytes]  # score, title, recipe


class EditConflict(MusicgenError):
    """Edits that follow on others which the log does not have."""


@dataclass(frozen=True, eq=False)
class EditedPiece:
    """A piece of the history as an editor opens it."""

    piece: SavedPiece
    base_midi: bytes  # before all edits
    base: Score
    base_facts: dict[str, Any]
    log: EditLog

    @property
    def is_edited(self) -> bool:
        """Whether edits change this piece; of another they make a child."""
        return LOG_BYTES in self.piece.facts

    def music(self) -> Music:
        return music_of(self.base).after(self.log.in_force)

    def score(self) -> Score:
        """The score after the edits in force."""
        return score_of_music(self.base, self.music()) if self.log.cursor else self.base


def open_piece(piece_id: str) -> EditedPiece:
    """Read a piece with its edits. Raises UnknownPiece."""
    piece = read_piece(piece_id)
    if LOG_BYTES not in piece.facts:
        midi = piece.midi
        return EditedPiece(piece, midi, _base_score(midi, piece), dict(piece.facts), EditLog())
    folder = pieces_folder() / piece.id
    try:
        midi = read_file(folder / BASE_MIDI)
        facts: dict[str, Any] = parse_json(read_file(folder / BASE_FACTS), dict[str, Any])
        log, _ = parse_log(read_file(folder / LOG))
    except (OSError, InvalidJson):
        raise UnknownPiece(f"the edits of '{piece.name}' cannot be read") from None
    return EditedPiece(piece, midi, _base_score(midi, piece), facts, log)


def add_edits(
    piece_id: str,
    child: str,
    known: int,
    lines: Sequence[Line],
    write_midi: MidiWriter,
    now: datetime,
) -> SavedPiece:
    """Add lines to the log of a piece; return the edited piece.

    child: suffix of the id of a piece that the first edit makes. known: number of lines before
    these; lines that are there already, because they were sent twice, are not added again.
    Where the log has others instead, which another page has made, the lines are those of a new
    piece, without the others. Raises UnknownPiece, InvalidChange, and EditConflict where the log
    has fewer lines than are known.
    """
    with WRITING:
        opened = open_piece(piece_id)
        if len(opened.log.lines) < known:
            raise EditConflict("the piece has other edits than this page knows: open it again")
        if not opened.is_edited:
            opened = _child(opened, child, now)
        if not _goes_on(opened, known, lines):
            opened = _branch(opened, child, known, now)
        if not _goes_on(opened, known, lines):
            raise EditConflict("the piece was edited on several other pages: open it again")
        there = opened.log.lines
        new = lines[len(there) - known :]
        changed = replace(opened, log=opened.log.with_lines(new))
        changed.music()  # raises InvalidChange
        _append(pieces_folder() / opened.piece.id / LOG, log_bytes(new))
        return _write(changed, write_midi)


def save_rewritten(before: str, piece: SavedPiece, name: str, write_midi: MidiWriter) -> SavedPiece:
    """Make an edited piece of one that rewrote bars of another, so that this can be undone.

    before: id of the piece that was rewritten; name: of the edit.
    """
    try:
        opened = open_piece(before)
    except UnknownPiece:  # deleted on another page: the new piece stays, as one of its own
        return piece
    score = _base_score(piece.midi, piece)
    if score.resolution != opened.base.resolution:
        return piece  # another clock: an edit cannot say what changed
    change = difference(opened.score(), score, name)
    changed = replace(opened, piece=piece, log=opened.log.with_lines([change]))
    folder = pieces_folder() / piece.id
    write_bytes(folder / BASE_MIDI, opened.base_midi)
    write_bytes(folder / BASE_FACTS, to_json_bytes(opened.base_facts))
    write_bytes(folder / LOG, log_bytes(changed.log.lines))
    written = _write(changed, write_midi)
    # What the composer has measured holds until the next edit.
    return replace_music(replace(written, facts={**piece.facts, **written.facts}), written.midi)


def repair(piece_id: str, write_midi: MidiWriter) -> SavedPiece:
    """Write the files of an edited piece where they lag behind its log. Raises UnknownPiece."""
    piece = read_piece(piece_id)
    if LOG_BYTES not in piece.facts:
        return piece
    with WRITING:
        path = pieces_folder() / piece.id / LOG
        if path.is_file() and path.stat().st_size == piece.facts[LOG_BYTES]:
            return piece
        opened = open_piece(piece_id)
        _, size = parse_log(read_file(path))
        os.truncate(path, size)
        return _write(opened, write_midi)


def _goes_on(opened: EditedPiece, known: int, lines: Sequence[Line]) -> bool:
    """Whether the log has nothing after its known lines, or the first of these."""
    there = opened.log.lines[known:]
    return there == tuple(lines[: len(there)])


def _branch(opened: EditedPiece, suffix: str, known: int, now: datetime) -> EditedPiece:
    """A new piece with the known lines of an edited one, without those of another page."""
    log = EditLog().with_lines(opened.log.lines[:known])
    return _child(replace(opened, log=log), suffix, now, ", other edits")


def _child(
    opened: EditedPiece, suffix: str, now: datetime, ending: str = ", edited"
) -> EditedPiece:
    """A new piece to edit, a copy of the opened one; the same one where it was made before.

    ending: of its name.
    """
    parent, lines = opened.piece, log_bytes(opened.log.lines)
    child_id = checked_name(f"{parent.id[:MAX_PARENT_CHARACTERS]}-{suffix}")
    facts = {**parent.facts, "from": parent.id, "how": "edited", LOG_BYTES: 0}
    name = parent.name.removesuffix(ending)[: MAX_NAME_CHARACTERS - len(ending)] + ending
    created = now.isoformat(timespec="seconds")
    child = replace(parent, id=child_id, name=name, created=created, facts=facts, starred=False)
    files = {BASE_MIDI: opened.base_midi, BASE_FACTS: to_json_bytes(opened.base_facts), LOG: lines}
    try:
        add_piece(child, opened.base_midi, files)
    except FileExistsError:
        return open_piece(child_id)
    return replace(opened, piece=child)


def _write(opened: EditedPiece, write_midi: MidiWriter) -> SavedPiece:
    """Write the MIDI file and the facts of an edited piece, as its log says."""
    piece, log = opened.piece, opened.log
    own = {name: piece.facts[name] for name in OWN_FACTS if name in piece.facts}
    own[LOG_BYTES] = len(log_bytes(log.lines))
    if not log.cursor:
        facts = {**opened.base_facts, **own}
        return replace_music(replace(piece, facts=facts), opened.base_midi)
    score, edits = opened.score(), _count_edits(opened)
    facts = {
        **own,
        "begin": None,
        "edits": {**asdict(edits), "names": [change.name for change in log.in_force[-20:]]},
        "primer_notes": _primer_notes(opened, score),
        **length_facts(score),
    }
    recipe = Recipe(piece.checkpoint, piece.settings, piece.variation, None, edits)
    midi = write_midi(score, piece.name, recipe.to_text())
    return replace_music(replace(piece, facts=facts), midi)


def length_facts(score: Score) -> dict[str, Any]:
    """Facts of a piece that follow from its score alone, as in `Piece.facts`."""
    return {
        "notes": len(score),
        "bars": score.full_bars,
        "upbeat": score.has_pickup,
        "seconds": score.seconds,
        "performance": score.is_performance,
    }


def _count_edits(opened: EditedPiece) -> Edits:
    composed, now = music_of(opened.base).notes, opened.music().notes
    same = (composed & now).total()
    return Edits(opened.log.cursor, same, now.total() - same, composed.total() - same)


def _primer_notes(opened: EditedPiece, score: Score) -> int:
    """First notes of the edited score that are of the beginning, as it was before the edits."""
    number = opened.base_facts.get("primer_notes", 0)
    primer = set(rows_of(opened.base)[: number if isinstance(number, int) else 0])
    return next((i for i, row in enumerate(rows_of(score)) if row not in primer), len(score))


def _base_score(midi: bytes, piece: SavedPiece) -> Score:
    try:
        return read_saved_midi(midi, piece.name)
    except UnreadableScore as error:
        raise UnknownPiece(f"the MIDI file of '{piece.name}' cannot be read: {error}") from None


def _append(path: Path, data: bytes) -> None:
    with open_to_append(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
