"""Two old rules of writing for several parts, as wishes: no parallels, and few clashes.

A model that has seen a few hundred pieces writes parallel fifths and octaves twenty times as
often as Bach, for it is not told which note goes to which. So a key is made less likely that
would lead to one (`evaluation/voice_leading.py` says what counts), or that lies a semitone,
octaves aside, from one that sounds. So strong are the wishes that composed chorales have both
about as often as Bach's (docs/sampling.md).
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

import numpy as np

from musicgen.composing.constraints.rules import Rules, StepContext
from musicgen.encoding.events import PITCH
from musicgen.encoding.grid import KEYS
from musicgen.theory.voice_leading import PERFECT

PARALLEL, CLASH = 4.0, 1.5  # nats that the wish is worth at full strength


class Counterpoint:
    """Watches K pieces of `events`."""

    def __init__(self, pieces: int, strength: float) -> None:
        self._parallel, self._clash = PARALLEL * strength, CLASH * strength
        self._textures = [_Texture() for _ in range(pieces)]

    def rules(self) -> Rules:
        return {PITCH.name: (self._pitches,)}

    def push(self, fields: np.ndarray) -> None:
        for texture, (shift, key, duration) in zip(
            self._textures, fields[:, :3].tolist(), strict=True
        ):
            texture.strike(shift, key, duration + 1)

    def select(self, rows: np.ndarray) -> None:
        self._textures = [self._textures[row].copy() for row in rows]

    def _pitches(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        less = np.zeros_like(logits)
        for row, (texture, shift) in enumerate(
            zip(self._textures, context.drawn[:, 0].tolist(), strict=True)
        ):
            before, now = texture.at(shift)
            if now:
                less[row, _clashing(frozenset(key % 12 for key in now))] = self._clash
            if now and before:
                less[row, parallel_keys(before, now)] += self._parallel
        return logits - less


class _Texture:
    """What sounds at the latest onset of one piece, and what sounded until then."""

    def __init__(self) -> None:
        self._sounding: dict[int, int] = {}  # grid steps from the latest onset to its end, by key
        self._before: list[int] = []

    def copy(self) -> _Texture:
        same = _Texture()
        same._sounding, same._before = self._sounding.copy(), self._before
        return same

    def strike(self, shift: int, key: int, duration: int) -> None:
        if shift:
            self._before, now = self.at(shift)
            self._sounding = {each: self._sounding[each] - shift for each in now}
        self._sounding[key] = duration

    def at(self, shift: int) -> tuple[list[int], list[int]]:
        """The keys before an onset so much later, and of those that sound in it so far, sorted."""
        if not shift:
            return self._before, sorted(self._sounding)
        left = sorted(self._sounding.items())
        return [key for key, end in left if end >= shift], [key for key, e in left if e > shift]


@lru_cache(maxsize=4096)  # sets of pitch classes
def _clashing(classes: frozenset[int]) -> np.ndarray:
    """The keys a semitone, octaves aside, from one of these pitch classes of keys: (n,)."""
    near = {(each + apart) % 12 for each in classes for apart in (1, 11)}
    return np.flatnonzero(np.isin(np.arange(KEYS) % 12, list(near)))


def parallel_keys(before: list[int], now: list[int]) -> list[int]:
    """The keys that would go in parallel with one that sounds.

    before, now: the keys of a sonority, and those of the next one so far, sorted.
    """
    found = []
    for part, key in enumerate(now):
        if part >= len(before) or key == before[part]:
            continue
        for other in range(part + 1, len(before)):
            apart = (before[other] - before[part]) % 12
            if apart in PERFECT:
                near = range(key + apart or key + 12, KEYS, 12)
                found += [each for each in near if _goes_on(each, other, before, now)]
    return found


def _goes_on(key: int, part: int, before: list[int], now: list[int]) -> bool:
    """Whether a key would be this part's next, and a new one for it."""
    return bisect_left(now, key) == part and key != before[part]
