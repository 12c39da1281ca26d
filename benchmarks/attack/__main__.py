"""Attack the program and print what held.

    python -m benchmarks.attack [NAME ...] [--sample | --count N] [--seed N] [--json]

Each row of the table is one attack: the cases tried, those that failed, what the program did with
the others, and the slowest case. The exit status is 1 where a case failed.
"""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.attack.attack import MAX_EXAMPLES, Outcome, carry_out
from benchmarks.attack.registry import ATTACKS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attack", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    by_name = {attack.name: attack for attack in ATTACKS}
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(by_name)}")
    parser.add_argument("--sample", action="store_true", help="few cases of each")
    parser.add_argument("--count", type=int, help="cases of each; default the attack's own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    options = parser.parse_args()
    if unknown := set(options.names) - set(by_name):
        parser.error(f"there is no attack {', '.join(sorted(unknown))}")
    outcomes = []
    for attack in (by_name[name] for name in options.names or by_name):
        count = options.count or (attack.sample if options.sample else attack.count)
        print(f"{attack.name}: {count:,} cases", file=sys.stderr, flush=True)
        outcomes.append(carry_out(attack, count, options.seed))
    print(json.dumps([_row(o) for o in outcomes]) if options.json else _table(outcomes))
    return 1 if any(outcome.failures for outcome in outcomes) else 0


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "attack": outcome.attack.name,
        "promise": outcome.attack.promise,
        "cases": outcome.cases,
        "failed": len(outcome.failures),
        "answers": dict(outcome.answers),
        "seconds": round(outcome.seconds, 1),
        "slowest": round(outcome.slowest[0], 2),
        "slowest_case": outcome.slowest[1],
        "failures": outcome.failures[:MAX_EXAMPLES],
    }


def _table(outcomes: list[Outcome]) -> str:
    lines = [f"{'attack':20} {'cases':>9} {'failed':>7} {'seconds':>8} {'slowest':>8}  answers"]
    for outcome in outcomes:
        answers = ", ".join(f"{count:,} {name}" for name, count in outcome.answers.most_common())
        lines.append(
            f"{outcome.attack.name:20} {outcome.cases:9,} {len(outcome.failures):7,} "
            f"{outcome.seconds:8.1f} {outcome.slowest[0]:8.2f}  {answers}"
        )
        lines += [f"    {name}: {seen}" for name, seen in outcome.failures[:MAX_EXAMPLES]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
