"""Tree of takes: which pieces of the history were made from which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from musicgen.composing.records.saved_pieces import SavedPiece


class Origin(StrEnum):
    """How a piece was made."""

    COMPOSED = "composed"
    EDITED = "edited"
    REWRITTEN = "bars composed again"
    CONTINUED = "continued"
    VARIED = "varied"


@dataclass(frozen=True)
class Take:
    """A piece in the tree of takes."""

    piece: SavedPiece
    depth: int  # of its branch; 0 for a piece that was made from no other
    origin: Origin


def parent_of(piece: SavedPiece) -> str | None:
    """Id of the piece that a piece was made from; None for none."""
    parent = piece.facts.get("from")
    if isinstance(parent, str):
        return parent
    begin = piece.facts.get("begin")
    words = begin.removeprefix("melody:").split(":") if isinstance(begin, str) else []
    return words[1] if len(words) == 3 and words[0] == "piece" else None


def origin_of(piece: SavedPiece) -> Origin:
    """How a piece was made, from its facts."""
    if piece.facts.get("how") == Origin.EDITED:
        return Origin.EDITED
    if "rewritten" in piece.facts:
        return Origin.REWRITTEN
    if parent_of(piece) is None:
        return Origin.COMPOSED
    begin = piece.facts.get("begin")
    return Origin.CONTINUED if isinstance(begin, str) and "piece:" in begin else Origin.VARIED


def takes_of(pieces: Sequence[SavedPiece], member: str) -> list[Take]:
    """The tree that a piece is in: each take before those made from it, older branches first."""
    by_id = {piece.id: piece for piece in pieces}
    children = defaultdict(list)
    for piece in sorted(pieces, key=lambda piece: (piece.created, piece.id)):
        parent = parent_of(piece)
        if parent in by_id:
            children[parent].append(piece)
    takes: list[Take] = []
    waiting = [(by_id[root], 0) for root in [_root(by_id, member)] if root in by_id]
    seen: set[str] = set()  # damaged files may name each other in a circle
    while waiting:
        piece, depth = waiting.pop()
        if piece.id in seen:
            continue
        seen.add(piece.id)
        takes.append(Take(piece, depth, origin_of(piece)))
        waiting += [(child, depth + 1) for child in reversed(children[piece.id])]
    return takes


def _root(by_id: dict[str, SavedPiece], member: str) -> str:
    """The piece that a tree begins with; where pieces name each other in a circle, any of them."""
    seen = {member}
    while member in by_id:
        parent = parent_of(by_id[member])
        if parent is None or parent not in by_id or parent in seen:
            break
        seen.add(parent)
        member = parent
    return member
