"""Whether a model has learned: its loss on held-out pieces beside those of its baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["unlearned", "some", "learned"]
UNIGRAM, NGRAM = "unigram", "n-gram"
# What each baseline does, for people who see its line in a chart.
BASELINES_IN_WORDS = {
    "uniform": "every value is as likely as any other",
    UNIGRAM: "values are as likely as they are common in the collection",
    NGRAM: "values are as likely as they followed the last few in the collection",
}


@dataclass(frozen=True)
class Verdict:
    """How far a model has learned, and that in a sentence."""

    level: Level
    sentence: str


def learning_verdict(
    loss: float | None,
    baselines: Mapping[str, float],
    step: str = "step",
    test: float | None = None,
    test_ngram: float | None = None,
) -> Verdict | None:
    """Compare a validation loss with its baselines; None without both.

    loss, baselines: bits a step on the same pieces. step: what a step of the encoding is.
    test, test_ngram: losses of the model and of the n-gram on the test pieces, once evaluated. A
    small collection holds out few pieces, whose two sides can say different things.
    """
    unigram, ngram = baselines.get(UNIGRAM), baselines.get(NGRAM)
    if loss is None or unigram is None:
        return None
    bits = f"{loss:.2f} bits a {step}"
    if loss >= unigram:
        return Verdict(
            "unlearned",
            f"It has not learned yet: it needs {bits} on held-out pieces, and drawing by how "
            f"common values are (the unigram) needs {unigram:.2f}.",
        )
    if ngram is not None and loss >= ngram:
        return Verdict(
            "some",
            f"It has learned a little: it needs {bits} on held-out pieces, more than counting what "
            f"followed the last few (the n-gram), which needs {ngram:.2f}.",
        )
    better_than = f"the n-gram {ngram:.2f}" if ngram is not None else f"the unigram {unigram:.2f}"
    if test is None or test_ngram is None:
        return Verdict("learned", f"It needs {bits} on held-out pieces, {better_than}.")
    return _by_both_sides(f"{bits} on the validation pieces ({better_than})", test, test_ngram)


def _by_both_sides(validation: str, test: float, test_ngram: float) -> Verdict:
    """Verdict on a model that is better than counting on the validation pieces."""
    if test >= test_ngram:
        return Verdict(
            "some",
            f"It has learned a little: it needs {validation}, but {test:.2f} on the test pieces, "
            f"more than counting what followed the last few (the n-gram {test_ngram:.2f}).",
        )
    ngram = f"(the n-gram {test_ngram:.2f})"
    return Verdict("learned", f"It needs {validation} and {test:.2f} on the test pieces {ngram}.")
