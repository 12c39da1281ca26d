"""One level of a Kneser-Ney n-gram: discounted counts of the values after contexts of one length.

Contexts are 64-bit hashes. An n-gram is a context and the value that follows it, packed into one
number: the context in the high bits and the value in the low bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MIN_DISCOUNT = 0.1  # keeps some probability for values that were not seen
DEFAULT_DISCOUNT = 0.5  # where there are too few counts to estimate discounts

_MULTIPLIER_1 = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio
_MULTIPLIER_2 = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, eq=False)
class Level:
    """Contexts of one length with the discounted probabilities of the values that follow."""

    size: int  # vocabulary size of the field
    contexts: np.ndarray  # (C,) uint64, sorted
    backoff: np.ndarray  # (C,) weight of the lower-order distribution
    starts: np.ndarray  # (C + 1,) first n-grams of the contexts
    ngrams: np.ndarray  # (G,) uint64, sorted
    discounted: np.ndarray  # (G,) (count - discount) / total

    def probability(self, context: np.ndarray, values: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """Probability of one value per context: (N,); `lower` (N,) is the lower-order one."""
        packed = _pack(context, values, self.size)
        index, seen = _search(self.contexts, packed >> value_bits(self.size))
        ngram, follows = _search(self.ngrams, packed)
        discounted = np.where(follows, self.discounted[ngram], 0.0)
        return discounted + np.where(seen, self.backoff[index], 1.0) * lower

    def probabilities(self, context: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """Probabilities of all values: (K,), (K, V) -> (K, V)."""
        bits = value_bits(self.size)
        index, seen = _search(self.contexts, (context << bits) >> bits)
        result = np.where(seen, self.backoff[index], 1.0)[:, None] * lower  # (K, V)
        for row in np.flatnonzero(seen):
            span = slice(self.starts[index[row]], self.starts[index[row] + 1])
            values = self.ngrams[span] & ((np.uint64(1) << bits) - np.uint64(1))
            result[row, values.astype(np.int64)] += self.discounted[span]
        return result


def count_level(contexts: np.ndarray, values: np.ndarray, size: int) -> Level:
    """Level of the values that follow the contexts: (N,), (N,)."""
    packed = np.sort(_pack(contexts, values, size))
    firsts = _firsts(packed)
    ngrams, counts = packed[firsts], np.diff(np.append(firsts, len(packed)))  # (G,), (G,)
    context_of_ngram = ngrams >> value_bits(size)
    starts = _firsts(context_of_ngram)
    discount = estimate_discounts(counts)[counts.clip(max=3)]  # (G,)
    totals = np.add.reduceat(counts, starts)  # (C,)
    ngrams_of_context = np.diff(np.append(starts, len(ngrams)))  # (C,)
    return Level(
        size=size,
        contexts=context_of_ngram[starts],
        backoff=(np.add.reduceat(discount, starts) / totals).astype(np.float32),
        starts=np.append(starts, len(ngrams)).astype(np.int32),
        ngrams=ngrams,
        discounted=((counts - discount) / np.repeat(totals, ngrams_of_context)).astype(np.float32),
    )


def distinct_rows(contexts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Row of the first occurrence of each (context, value) pair: (N,), (N,) -> (G,)."""
    # Sorting hashes that carry their row in the low bits is four times as fast as argsort. For a
    # million rows 44 bits of the hash remain: less than one collision is expected.
    bits = np.uint64(len(contexts).bit_length())
    rows = np.arange(len(contexts), dtype=np.uint64)
    numbered = (extend_hash(contexts, values) << bits) | rows
    numbered.sort()
    firsts = _firsts(numbered >> bits)
    return (numbered[firsts] & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)


def estimate_discounts(counts: np.ndarray) -> np.ndarray:
    """Discounts of counts of 0, 1, 2, and 3 or more, as Chen and Goodman estimate them: (4,)."""
    n1, n2, n3, n4 = (int(np.count_nonzero(counts == n)) for n in (1, 2, 3, 4))
    if not (n1 and n2 and n3):
        return np.array([0.0, *[DEFAULT_DISCOUNT] * 3])
    y = n1 / (n1 + 2 * n2)
    estimates = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    return np.array([0.0, *(max(MIN_DISCOUNT, discount) for discount in estimates)])


def extend_hash(contexts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Hashes of contexts that are one value longer: (N,), (N,) -> (N,)."""
    mixed = contexts * _MULTIPLIER_1 + values.astype(np.uint64) + np.uint64(1)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _MULTIPLIER_2
    return mixed ^ (mixed >> np.uint64(32))


def value_bits(size: int) -> np.uint64:
    """Bits of the largest value of a vocabulary."""
    return np.uint64((size - 1).bit_length())


def _pack(contexts: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """N-grams of contexts and values; more than 50 bits of the context's hash remain."""
    return (contexts << value_bits(size)) | values.astype(np.uint64)


def _firsts(ordered: np.ndarray) -> np.ndarray:
    """Indices at which the numbers of a sorted array first occur."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))


def _search(ordered: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index in a sorted array and whether the number is there: (N,), (N,)."""
    index = np.searchsorted(ordered, wanted).clip(max=len(ordered) - 1)
    return index, ordered[index] == wanted
