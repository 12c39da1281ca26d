"""Index of the training pieces as note transitions, saved with the run."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np

from musicgen.composing.originality.ngram_cache import find_ngrams
from musicgen.composing.originality.ngram_index import NgramIndex
from musicgen.composing.originality.note_transitions import END, decode_transitions, note_sequence
from musicgen.composing.originality.npz_arrays import BadArrays, read_arrays
from musicgen.encoding.grid import KEYS, Grid, grid_of
from musicgen.errors import MusicgenError
from musicgen.file_hashes import write_listed
from musicgen.files import read_file, reason_of
from musicgen.json_files import InvalidJson, parse_json
from musicgen.metres import Metre, bar_positions, first_bar_number
from musicgen.score import Score

FILE = "originality.npz"
MIN_MATCH_NOTES = 8  # of a match; shorter ones are chance
MAX_BYTES = 2**28
MAX_NOTES = 24_000_000  # each takes up to 40 bytes while composing
MAX_TEXT_BYTES = 2**24
_AS_PRINTED = "as printed"  # how the bars of a file are numbered
_NGRAMS_LOCK = Lock()  # batches that are composed in parallel share an index


class BadIndex(MusicgenError):
    """A file that is not an index of training pieces."""


@dataclass(frozen=True)
class HeldOutOverlap:
    """How much held-out pieces share with the training pieces: medians and 95th percentiles."""

    pieces: int
    longest_match_50: float  # notes
    longest_match_95: float
    share_8_50: float  # of a piece's notes, those in matches of 8 or more
    share_8_95: float

    def to_json(self) -> dict[str, float]:
        """Values under the names that every version of the file has had."""
        return {
            "pieces": self.pieces,
            "longest_run_50": self.longest_match_50,
            "longest_run_95": self.longest_match_95,
            "share_8_50": self.share_8_50,
            "share_8_95": self.share_8_95,
        }

    @classmethod
    def from_json(cls, entry: dict[str, float]) -> HeldOutOverlap:
        """Inverse of to_json; KeyError where a value is missing."""
        return cls(
            pieces=int(entry["pieces"]),
            longest_match_50=entry["longest_run_50"],
            longest_match_95=entry["longest_run_95"],
            share_8_50=entry["share_8_50"],
            share_8_95=entry["share_8_95"],
        )


@dataclass(frozen=True)
class _Metadata:
    """Metadata of a file, beside its arrays."""

    names: tuple[str, ...]
    human: dict[str, float] | None  # HeldOutOverlap
    bars: str = "from 0"  # files of early versions count bars from 0 and do not say so


@dataclass(frozen=True, eq=False)
class OriginalityIndex:
    """The training pieces as note transitions, one piece after another."""

    codes: np.ndarray  # (M,) uint16, transition from each note to the next
    bars: np.ndarray  # (M,) int32, bars of the notes, numbered as printed
    piece_starts: np.ndarray  # (P + 1,) int64, indices of the pieces' first notes, then M
    first_keys: np.ndarray  # (P,) int16, keys of the pieces' first notes, from the piano's lowest
    names: tuple[str, ...]  # (P,)
    held_out_overlap: HeldOutOverlap | None = None
    _ngrams: dict[int, NgramIndex] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def build(cls, scores: Sequence[Score]) -> OriginalityIndex:
        """Index training pieces; those without a note are left out."""
        scores = [score for score in scores if len(score)]
        notes = note_sequence(scores)
        return cls(
            codes=notes.codes(),
            bars=_bars(scores, notes.onsets, notes.piece_starts),
            piece_starts=notes.piece_starts,
            first_keys=notes.keys[notes.piece_starts[:-1]].astype(np.int16),
            names=tuple(score.name for score in scores),
        )

    @classmethod
    def joined(cls, indices: Iterable[OriginalityIndex]) -> OriginalityIndex:
        """The index of the pieces of several indices, one after the other."""
        indices = [cls.build([]), *indices]
        sizes = np.cumsum([0, *(len(index.codes) for index in indices)])
        starts = [i.piece_starts[:-1] + at for i, at in zip(indices, sizes[:-1], strict=True)]
        return cls(
            codes=np.concatenate([index.codes for index in indices]),
            bars=np.concatenate([index.bars for index in indices]),
            piece_starts=np.concatenate([*starts, sizes[-1:]]),
            first_keys=np.concatenate([index.first_keys for index in indices]),
            names=tuple(name for index in indices for name in index.names),
        )

    def ngrams(self, length: int) -> NgramIndex:
        """All n-grams of `length` transitions, indexed at the first call."""
        with _NGRAMS_LOCK:
            if length not in self._ngrams:
                self._ngrams[length] = find_ngrams(self.codes, length)
            return self._ngrams[length]

    def piece_at(self, position: int) -> int:
        """Index of the piece that the note at a position belongs to."""
        return int(np.searchsorted(self.piece_starts, position, side="right")) - 1

    def key_at(self, position: int) -> int:
        """Key of the note at a position, from the piano's lowest."""
        piece = self.piece_at(position)
        intervals = decode_transitions(self.codes[self.piece_starts[piece] : position])[1]
        return int(self.first_keys[piece] + intervals.sum())

    def with_held_out_overlap(self, overlap: HeldOutOverlap) -> OriginalityIndex:
        """Copy of the index with the overlap of held-out pieces."""
        return replace(self, held_out_overlap=overlap)

    def to_bytes(self) -> bytes:
        """Contents of an .npz file without pickles."""
        overlap = self.held_out_overlap
        metadata = {
            "names": self.names,
            "human": overlap.to_json() if overlap else None,
            "bars": _AS_PRINTED,
        }
        text = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
        arrays = {name: getattr(self, attribute) for name, attribute in _ARRAYS.items()}
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays, text=text)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> OriginalityIndex:
        """Index from the contents of a file; BadIndex for anything else."""
        try:
            stored = read_arrays(data, dict(zip(_ARRAYS, _DTYPES, strict=True)), MAX_NOTES)
            arrays = {attribute: stored[name] for name, attribute in _ARRAYS.items()}
            text = read_arrays(data, {"text": np.uint8}, MAX_TEXT_BYTES)["text"]
            metadata: _Metadata = parse_json(text.tobytes(), _Metadata)
            overlap = HeldOutOverlap.from_json(metadata.human) if metadata.human else None
        except (BadArrays, InvalidJson, KeyError, ValueError) as error:
            raise BadIndex(f"not an index of training pieces: {error}") from None
        index = cls(**arrays, names=metadata.names, held_out_overlap=overlap)
        index._check()
        if metadata.bars != _AS_PRINTED:
            return replace(index, bars=index.bars + np.int32(1))
        return index

    def _check(self) -> None:
        """Raise BadIndex where the arrays do not fit together."""
        notes, pieces = len(self.codes), len(self.names)
        arrays = [getattr(self, attribute) for attribute in _ARRAYS.values()]
        if [len(array) for array in arrays] != [notes, notes, pieces + 1, pieces]:
            raise BadIndex("not an index of training pieces: its arrays do not fit together")
        starts = self.piece_starts
        rising = starts[0] == 0 and starts[-1] == notes and (np.diff(starts) > 0).all()
        ends = np.flatnonzero(self.codes == END)
        if not rising or not np.array_equal(ends, starts[1:] - 1) or (self.codes > END).any():
            raise BadIndex("not an index of training pieces: its pieces end in the wrong places")
        if not ((self.first_keys >= 0) & (self.first_keys < KEYS)).all():
            raise BadIndex("not an index of training pieces: a key is beyond the piano")


# Name in the file: attribute.
_ARRAYS = {"codes": "codes", "bars": "bars", "first": "piece_starts", "keys": "first_keys"}
_DTYPES = [np.uint16, np.int32, np.int64, np.int16]


def save_index(index: OriginalityIndex, folder: Path) -> None:
    """Write the index into the folder of a run or checkpoint."""
    write_listed(folder, FILE, index.to_bytes())


def load_index(folder: Path) -> OriginalityIndex | None:
    """Read the index of a folder, ready for reports; None without a file; raises BadIndex."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadIndex(f"an index has at most {MAX_BYTES >> 20} MiB")
        index = OriginalityIndex.from_bytes(read_file(path))
        index.ngrams(MIN_MATCH_NOTES - 1)  # of every report; the first would wait for them
        return index
    except OSError as problem:
        raise BadIndex(f"{FILE} cannot be read: {reason_of(problem)}") from None


def _bars(scores: Sequence[Score], onsets: np.ndarray, piece_starts: np.ndarray) -> np.ndarray:
    """Bars of the notes: (M,) int32. Pieces with the same metres are computed together."""
    groups: dict[tuple[tuple[Metre, ...], Grid], list[int]] = {}
    for piece, score in enumerate(scores):
        groups.setdefault((score.metres, grid_of(score)), []).append(piece)
    bars = np.zeros(len(onsets), np.int32)
    for (group_metres, grid), pieces in groups.items():
        ranges = [np.arange(piece_starts[piece], piece_starts[piece + 1]) for piece in pieces]
        notes = np.concatenate(ranges)
        from_0 = bar_positions(group_metres, onsets[notes] * grid.ticks, grid.resolution)[0]
        bars[notes] = from_0 + first_bar_number(group_metres, grid.resolution)
    return bars
