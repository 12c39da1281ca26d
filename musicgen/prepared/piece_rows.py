"""What is stored of an encoded piece beside the fields of its steps: one JSON text a piece."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np

from musicgen.encoding.parts.roles import UNKNOWN_KEY, Role
from musicgen.encoding.parts.steps_of_parts import GivenChords, PartsSteps
from musicgen.encoding.steps import Encoding, Steps
from musicgen.json_files import parse_json
from musicgen.metres import COMMON_TIME, Metre

FIELD_DTYPE = np.dtype("<u2")  # of stored fields: the largest vocabularies have 4,223 values


@dataclass(frozen=True)
class PieceRow:
    """Name, file, tempo and metres of a piece; for `parts` its roles, key, form and chords."""

    name: str
    file: str
    tempo: float = 120.0  # quarters a minute
    metres: tuple[Metre, ...] = (COMMON_TIME,)
    roles: tuple[Role, ...] | None = None
    key: int = UNKNOWN_KEY
    form: str | None = None
    chords: tuple[tuple[int, int, int], ...] | None = None  # onset in grid units, root, mask

    @classmethod
    def of(cls, steps: Steps, file: str) -> PieceRow:
        """The row of an encoded piece."""
        if isinstance(steps, PartsSteps):
            of_parts = (steps.roles, steps.key, steps.form, _rows_of_chords(steps.chords))
            return cls(steps.name, file, steps.tempo, steps.metres, *of_parts)
        return cls(steps.name, file, steps.tempo, steps.metres)

    def steps(self, fields: np.ndarray, encoding: Encoding) -> Steps:
        """The encoded piece with these fields: (N, F)."""
        fields = fields.astype(np.int32)
        if self.roles is None:
            return Steps(fields, self.tempo, self.metres, self.name)
        of_parts = (self.roles, self.key, encoding.grid, self.form)
        steps = PartsSteps(fields, self.tempo, self.metres, self.name, *of_parts)
        if self.chords is None:
            return steps
        columns = np.array(self.chords, np.int64).reshape(-1, 3).T
        return replace(steps, chords=GivenChords(*columns))

    def to_bytes(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> PieceRow:
        """Inverse of to_bytes; raises InvalidJson."""
        row: PieceRow = parse_json(data, cls, "a piece of a prepared data set")
        return row


def _rows_of_chords(chords: GivenChords | None) -> tuple[tuple[int, int, int], ...] | None:
    if chords is None:
        return None
    columns = (chords.onset.tolist(), chords.root.tolist(), chords.mask.tolist())
    return tuple(zip(*columns, strict=True))
