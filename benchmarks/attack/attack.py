"""What an attack is: cases that are tried one after another, and what is counted of each."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

MAX_EXAMPLES = 20  # of failures that the report prints
PROGRESS_SECONDS = 60.0

# Tries one case: raises Failed where the program did not hold, else returns what it did in a
# word or two, such as `refused` or `sound`.
Case: TypeAlias = Callable[[], str]


class Failed(Exception):
    """A case in which the program did not hold, and what was seen."""


@dataclass(frozen=True)
class Attack:
    """One kind of attack.

    cases(count, seed): the cases to try with their names, the same for the same seed.
    """

    name: str
    promise: str  # what holds if no case fails
    count: int  # cases of a whole run
    sample: int  # cases of a quick run
    cases: Callable[[int, int], Iterable[tuple[str, Case]]]


@dataclass
class Outcome:
    """What came of the cases of one attack."""

    attack: Attack
    cases: int = 0
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")  # seconds and name of the slowest case
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)  # name of the case, what was seen


def carry_out(attack: Attack, count: int, seed: int) -> Outcome:
    """Try `count` cases of an attack."""
    outcome, started = Outcome(attack), time.perf_counter()
    said = started
    for name, case in attack.cases(count, seed):
        before = time.perf_counter()
        try:
            outcome.answers[case()] += 1
        except Failed as failure:
            _add_failure(outcome, name, str(failure))
        except Exception as problem:  # an error that nobody named is a failure as well
            _add_failure(outcome, name, f"{type(problem).__name__}: {problem}")
        outcome.cases += 1
        now = time.perf_counter()
        outcome.slowest = max(outcome.slowest, (now - before, name))
        if now - said > PROGRESS_SECONDS:
            said = now
            print(f"{outcome.cases:,} cases", file=sys.stderr, flush=True)
    outcome.seconds = time.perf_counter() - started
    return outcome


def _add_failure(outcome: Outcome, name: str, seen: str) -> None:
    """Count a failure, and print it at once: an attack may take hours."""
    outcome.failures.append((name, seen))
    print(f"failed after {outcome.cases:,} cases: {name}: {seen}", file=sys.stderr, flush=True)
