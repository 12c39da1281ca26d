"""Bits per note of the uniform, unigram and n-gram models on held-out pieces.

    python -m benchmarks.baselines [SOURCE ...] [--encoding events|notes] [--split-from RUN_OR_FILE]

Default: both bundled collections, some ten seconds each on one core. `events` has only the fields
onset shift, pitch and duration here, so that collections with and without velocities compare.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from musicgen.corpus.load import load_collection
from musicgen.corpus.recorded_split import RecordedSplit, split_as_recorded
from musicgen.corpus.split import SPLITS
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.registry import ENCODINGS, fit_encoding
from musicgen.evaluation.baselines import baselines
from musicgen.training.data.run_split import find_split

DEFAULT_SOURCES = ("bach-chorales", "ryans-mammoth", "string-quartets")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", nargs="*", default=DEFAULT_SOURCES, metavar="SOURCE")
    parser.add_argument("--encoding", choices=ENCODINGS, default="events")
    parser.add_argument(
        "--split-from", help="a run, or a JSON file as in benchmarks/splits/before_melodies"
    )
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    results, name = {}, arguments.split_from
    recorded = find_split(name) if name else {}
    for source in arguments.source:
        print(f"fitting on {source} ...", file=sys.stderr)
        results[source] = measure(source, arguments.encoding, recorded)
    if arguments.json:
        print(json.dumps(results))
        return
    for source, result in results.items():
        print(f"\n{source}: {result['pieces']} pieces, fitted in {result['seconds']:.1f} s")
        print(f"{'':12}{'order':>6}{'valid':>8}{'test':>8}   bits per note; by field on valid")
        for row in result["baselines"]:
            fields = ", ".join(f"{n} {v:.2f}" for n, v in row["by_field"]["valid"].items())
            bits = "".join(f"{row['bits_per_note'].get(s, float('nan')):8.2f}" for s in SPLITS[1:])
            print(f"{row['name']:12}{row['order']:>6}{bits}   {fields}")


def measure(source: str, encoding_name: str, recorded: RecordedSplit) -> dict:
    """The baselines of one source, and the seconds to fit and evaluate them."""
    scores = load_collection(source).scores
    side_of = split_as_recorded(scores, recorded)
    sides = {
        side: [s for s, at in zip(scores, side_of, strict=True) if at == side] for side in SPLITS
    }
    fitted = encoding_name != "events"
    encoding = fit_encoding(encoding_name, scores) if fitted else EventsEncoding()
    started = time.perf_counter()
    rows = [baseline.to_json() for baseline in baselines(encoding, sides)]
    seconds = time.perf_counter() - started
    pieces = {side: len(of_side) for side, of_side in sides.items()}
    return {"encoding": encoding_name, "pieces": pieces, "seconds": seconds, "baselines": rows}


if __name__ == "__main__":
    main()
