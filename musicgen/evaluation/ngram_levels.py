"""One level of a Kneser-Ney n-gram: what follows each context of one length, discounted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST_DISCOUNT = 0.1  # some chance is always left for what was not seen
PLAIN_DISCOUNT = 0.5  # where the counts are too few to estimate discounts from

_ODD = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, eq=False)
class Level:
    """Contexts by their hashes, and the values that follow each."""

    size: int  # of the field
    contexts: np.ndarray  # (C,) uint64, rising
    backoff: np.ndarray  # (C,) the chance that is left to the level below
    starts: np.ndarray  # (C + 1,) where each context's grams begin
    grams: np.ndarray  # (G,) int64, rising: index of the context * size + value
    shares: np.ndarray  # (G,) the discounted chance of the value

    def chance(self, context: np.ndarray, values: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Of one value a context: (N,) each, `below` what the level below says of it."""
        index, seen = _find(self.contexts, context)
        gram, follows = _find(self.grams, index * self.size + values)
        share = np.where(seen & follows, self.shares[gram], 0.0)
        return share + np.where(seen, self.backoff[index], 1.0) * below

    def chances(self, context: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Of all values: (K,), (K, V) -> (K, V)."""
        index, seen = _find(self.contexts, context)
        result = np.where(seen, self.backoff[index], 1.0)[:, None] * below
        for row in np.flatnonzero(seen):
            span = slice(self.starts[index[row]], self.starts[index[row] + 1])
            result[row, self.grams[span] % self.size] += self.shares[span]
        return result


def followed_by(contexts: np.ndarray, values: np.ndarray, size: int) -> Level:
    """The level of these contexts (hashes) and the values that follow them: (N,), (N,)."""
    known, index = np.unique(contexts, return_inverse=True)
    grams, counts = np.unique(index * size + values, return_counts=True)
    owner = grams // size  # (G,) index of the context
    discount = discounts(counts)[counts.clip(max=3)]
    total = np.bincount(owner, weights=counts, minlength=len(known))
    left = np.bincount(owner, weights=discount, minlength=len(known))
    return Level(
        size=size,
        contexts=known,
        backoff=(left / total).astype(np.float32),
        starts=np.searchsorted(owner, np.arange(len(known) + 1)).astype(np.int32),
        grams=grams,
        shares=((counts - discount) / total[owner]).astype(np.float32),
    )


def continuation_rows(longer: np.ndarray, values: np.ndarray) -> np.ndarray:
    """One row for each value after each context that is longer by one: (N,), (N,) -> (M,).

    Counted over these rows, a value counts once for each context that it was seen in.
    """
    pairs = longer + values.astype(np.uint64) * _ODD  # hashes again
    order = np.argsort(pairs)
    first = np.ones(len(order), bool)
    first[1:] = pairs[order[1:]] != pairs[order[:-1]]
    return order[first]


def discounts(counts: np.ndarray) -> np.ndarray:
    """What is taken from counts of 0, 1, 2, and 3 or more: (4,), Chen and Goodman's estimate."""
    ones, twos, threes, fours = (int(np.count_nonzero(counts == n)) for n in (1, 2, 3, 4))
    if not (ones and twos and threes):
        return np.array([0.0, *[PLAIN_DISCOUNT] * 3])
    ratio = ones / (ones + 2 * twos)
    taken = [1 - 2 * ratio * twos / ones, 2 - 3 * ratio * threes / twos]
    taken.append(3 - 4 * ratio * fours / threes)
    return np.array([0.0, *(max(LEAST_DISCOUNT, value) for value in taken)])


def _find(known: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each wanted value stands among the known, and whether it does."""
    if not len(known):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    index = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return index, known[index] == wanted
