"""One level of a Kneser-Ney n-gram: what follows each context of one length, discounted.

Contexts are hashes. A gram is a context with the value that follows it, packed into one number:
the context in the high bits, the value in the low ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST_DISCOUNT = 0.1  # some chance is always left for what was not seen
PLAIN_DISCOUNT = 0.5  # where the counts are too few to estimate discounts from

_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
_ODD_TOO = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, eq=False)
class Level:
    """The contexts of one length, and the values that follow each."""

    size: int  # of the field
    contexts: np.ndarray  # (C,) uint64, rising
    backoff: np.ndarray  # (C,) the chance that is left to the level below
    starts: np.ndarray  # (C + 1,) where each context's grams begin
    grams: np.ndarray  # (G,) uint64, rising
    shares: np.ndarray  # (G,) the discounted chance of the value

    def chance(self, context: np.ndarray, values: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Of one value a context: (N,) each; `below` is what the level below says of it."""
        wanted = packed(context, values, self.size)
        index, seen = _find(self.contexts, wanted >> value_bits(self.size))
        gram, follows = _find(self.grams, wanted)
        share = np.where(follows, self.shares[gram], 0.0)
        return share + np.where(seen, self.backoff[index], 1.0) * below

    def chances(self, context: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Of all values: (K,), (K, V) -> (K, V)."""
        bits = value_bits(self.size)
        index, seen = _find(self.contexts, (context << bits) >> bits)
        result = np.where(seen, self.backoff[index], 1.0)[:, None] * below
        for row in np.flatnonzero(seen):
            span = slice(self.starts[index[row]], self.starts[index[row] + 1])
            values = self.grams[span] & ((np.uint64(1) << bits) - np.uint64(1))
            result[row, values.astype(np.int64)] += self.shares[span]
        return result


def followed_by(contexts: np.ndarray, values: np.ndarray, size: int) -> Level:
    """The level of these contexts and the values that follow them: (N,), (N,)."""
    ordered = np.sort(packed(contexts, values, size))
    first = _firsts(ordered)
    grams, counts = ordered[first], np.diff(np.append(first, len(ordered)))  # (G,)
    known = grams >> value_bits(size)
    starts = _firsts(known)
    discount = discounts(counts)[counts.clip(max=3)]
    total = np.add.reduceat(counts, starts)  # (C,)
    lengths = np.diff(np.append(starts, len(grams)))
    return Level(
        size=size,
        contexts=known[starts],
        backoff=(np.add.reduceat(discount, starts) / total).astype(np.float32),
        starts=np.append(starts, len(grams)).astype(np.int32),
        grams=grams,
        shares=((counts - discount) / np.repeat(total, lengths)).astype(np.float32),
    )


def distinct_rows(contexts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """One row for each value after each context: (N,), (N,) -> (G,)."""
    # Sorting numbers that carry their row in the low bits is four times as fast as argsort. It
    # leaves 44 bits of the hash for a million rows: on average not one pair is taken for another.
    bits = np.uint64(len(contexts).bit_length())
    numbered = (joined(contexts, values) << bits) | np.arange(len(contexts), dtype=np.uint64)
    numbered.sort()
    first = _firsts(numbered >> bits)
    return (numbered[first] & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)


def discounts(counts: np.ndarray) -> np.ndarray:
    """What is taken from counts of 0, 1, 2, and 3 or more: (4,), Chen and Goodman's estimate."""
    ones, twos, threes, fours = (int(np.count_nonzero(counts == n)) for n in (1, 2, 3, 4))
    if not (ones and twos and threes):
        return np.array([0.0, *[PLAIN_DISCOUNT] * 3])
    ratio = ones / (ones + 2 * twos)
    taken = [1 - 2 * ratio * twos / ones, 2 - 3 * ratio * threes / twos]
    taken.append(3 - 4 * ratio * fours / threes)
    return np.array([0.0, *(max(LEAST_DISCOUNT, value) for value in taken)])


def joined(contexts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Hashes of contexts that are longer by one value."""
    mixed = contexts * _ODD + values.astype(np.uint64) + np.uint64(1)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _ODD_TOO
    return mixed ^ (mixed >> np.uint64(32))


def packed(contexts: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Grams; the highest bits of the hashes are lost, which leaves more than fifty."""
    return (contexts << value_bits(size)) | values.astype(np.uint64)


def value_bits(size: int) -> np.uint64:
    """How many bits a value of the field takes."""
    return np.uint64((size - 1).bit_length())


def _firsts(ordered: np.ndarray) -> np.ndarray:
    """Where each new number begins in an ordered array."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))


def _find(known: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each wanted number stands among the known, and whether it does."""
    index = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return index, known[index] == wanted
