"""An index of the training pieces, transposition-invariant, saved with the run."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np

from musicgen.composing.originality.ngram_index import NgramIndex
from musicgen.composing.originality.transitions import END, note_sequence, parts_of
from musicgen.encoding.grid import GRID_TICKS, KEYS
from musicgen.errors import MusicgenError
from musicgen.files import write_bytes
from musicgen.score import Metre, Score, bar_positions, first_bar_number

FILE = "originality.npz"
MOST_BYTES = 2**30
PRINTED = "as printed"
_BUILDING = Lock()


class BadIndex(MusicgenError):
    """A file that is no index of training pieces."""


@dataclass(frozen=True)
class HumanFigures:
    """How much held-out pieces share with the training pieces: medians and 95th percentiles."""

    pieces: int
    longest_run_50: float  # notes
    longest_run_95: float
    share_8_50: float
    share_8_95: float


@dataclass(frozen=True, eq=False)
class OriginalityIndex:
    """The training pieces as transitions, one piece after another."""

    codes: np.ndarray  # (M,) uint16, from each note to the next
    bars: np.ndarray  # (M,) int32, the bar of each note, by the number that it is printed with
    first: np.ndarray  # (P + 1,) int64, where each piece begins, and M
    keys: np.ndarray  # (P,) int16, of the first note of each piece, from the piano's lowest
    names: tuple[str, ...]
    human: HumanFigures | None = None
    _grams: dict[int, NgramIndex] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def build(cls, scores: Sequence[Score]) -> OriginalityIndex:
        """An index of training pieces; those without a note are left out."""
        scores = [score for score in scores if len(score)]
        notes = note_sequence(scores)
        return cls(
            codes=notes.codes(),
            bars=_bars([score.metres for score in scores], notes.onsets, notes.first),
            first=notes.first,
            keys=notes.keys[notes.first[:-1]].astype(np.int16),
            names=tuple(score.name for score in scores),
        )

    def grams(self, length: int) -> NgramIndex:
        """All runs of that many transitions; made when they are first asked for."""
        with _BUILDING:  # batches that are drawn side by side ask at once
            if length not in self._grams:
                self._grams[length] = NgramIndex.build(self.codes, length)
            return self._grams[length]

    def piece_of(self, place: int) -> int:
        """The number of the piece that the note at a place belongs to."""
        return int(np.searchsorted(self.first, place, side="right")) - 1

    def key_at(self, place: int) -> int:
        """The key, from the piano's lowest, of the note at a place."""
        piece = self.piece_of(place)
        intervals = parts_of(self.codes[self.first[piece] : place])[1]
        return int(self.keys[piece] + intervals.sum())

    def with_human(self, figures: HumanFigures) -> OriginalityIndex:
        """The same index with what held-out pieces share with it."""
        return replace(self, human=figures)

    def to_bytes(self) -> bytes:
        """As an .npz file without pickles."""
        human = asdict(self.human) if self.human else None
        rest = {"names": self.names, "human": human, "bars": PRINTED}
        text = np.frombuffer(json.dumps(rest).encode(), np.uint8)
        buffer = io.BytesIO()
        arrays = {name: getattr(self, name) for name in ARRAYS}
        np.savez_compressed(buffer, **arrays, text=text)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> OriginalityIndex:
        """The index again; BadIndex on anything else."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                    raise BadIndex(f"an index has at most {MOST_BYTES >> 20} MiB")
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in ARRAYS}
                rest = json.loads(stored["text"].tobytes())
            names = tuple(map(str, rest["names"]))
            human = HumanFigures(**rest["human"]) if rest["human"] else None
            if rest.get("bars") != PRINTED:  # of an earlier version, which counted all from 0
                arrays["bars"] = arrays["bars"] + np.int32(1)
        except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as problem:
            raise BadIndex(f"no index of training pieces: {problem}") from None
        return cls(**arrays, names=names, human=human)._checked()

    def _checked(self) -> OriginalityIndex:
        """Itself, where its arrays fit together; BadIndex otherwise."""
        notes, pieces = len(self.codes), len(self.names)
        shapes = [getattr(self, name).shape for name in ARRAYS]
        kinds = [getattr(self, name).dtype for name in ARRAYS]
        fits = shapes == [(notes,), (notes,), (pieces + 1,), (pieces,)]
        if not fits or kinds != [np.uint16, np.int32, np.int64, np.int16]:
            raise BadIndex("no index of training pieces: its arrays do not fit together")
        rising = self.first[0] == 0 and self.first[-1] == notes and (np.diff(self.first) > 0).all()
        ends = np.flatnonzero(self.codes == END)
        if not rising or not np.array_equal(ends, self.first[1:] - 1) or (self.codes > END).any():
            raise BadIndex("no index of training pieces: its pieces do not end where they should")
        if not ((self.keys >= 0) & (self.keys < KEYS)).all():
            raise BadIndex("no index of training pieces: a key is beyond the piano")
        return self


ARRAYS = ("codes", "bars", "first", "keys")


def save_index(index: OriginalityIndex, folder: Path) -> None:
    """Write the index into a run's or checkpoint's folder."""
    write_bytes(folder / FILE, index.to_bytes())


def load_index(folder: Path) -> OriginalityIndex | None:
    """The index of a folder; None where there is none; BadIndex where it cannot be used."""
    path = folder / FILE
    if not path.is_file():
        return None
    if path.stat().st_size > MOST_BYTES:
        raise BadIndex(f"an index has at most {MOST_BYTES >> 20} MiB")
    return OriginalityIndex.from_bytes(path.read_bytes())


def _bars(metres: Sequence[tuple[Metre, ...]], onsets: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The bar of each note: pieces of the same metres are counted together."""
    groups: dict[tuple[Metre, ...], list[int]] = {}
    for piece, of_piece in enumerate(metres):
        groups.setdefault(of_piece, []).append(piece)
    bars = np.zeros(len(onsets), np.int32)
    for of_group, pieces in groups.items():
        notes = np.concatenate([np.arange(first[piece], first[piece + 1]) for piece in pieces])
        from_0 = bar_positions(of_group, onsets[notes] * GRID_TICKS)[0]
        bars[notes] = from_0 + first_bar_number(of_group)
    return bars
