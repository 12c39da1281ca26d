"""Can a classifier tell composed pieces from people's, and by what?

    python -m benchmarks.discriminator CHECKPOINT [--pieces 300] [--seed 5000]
                                       [--folder MIDI_FOLDER] [--source SOURCE] [--json]

Composes pieces with the default settings, or reads those of a folder, and prints the area under the
curve (0.5: cannot be told apart, 1: always) of two classifiers, five-fold:

- boosted trees over some 400 figures of an excerpt (`benchmarks/discriminator/figures/`)
- a linear classifier over n-grams of notes (`benchmarks/discriminator/sequences.py`)

and beside it that of people's pieces against their own other half, and of pieces that are composed
from the n-gram of the training pieces. Then the area by each kind of figure alone, and the figures
that tell most. `benchmarks/discriminator/excerpts.py` says what makes the terms equal; the share of
people's pieces that look the same after they have gone the way of a composed one, into voices and
through a MIDI file, is printed as a check. How a piece ends is a row of its own, and in no other.

Eight minutes for 300 chorales on one core, five of them to compose.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from benchmarks.discriminator.classifiers import (
    Result,
    importances,
    single_areas,
    varies,
)
from benchmarks.discriminator.excerpts import (
    excerpt_length,
    merged,
    unchanged_share,
    voice_count,
)
from benchmarks.discriminator.samples import Pair, Sample, halves
from benchmarks.shared.pieces import ComparedPieces, comparison_options, compose_pieces
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.related.groups import related_pieces
from musicgen.evaluation.ngram import fit_best
from musicgen.score import Score

NGRAM_PIECES = 150
TELLING = 25  # figures printed


def main() -> None:
    arguments = comparison_options(__doc__ or "").parse_args()
    pieces = ComparedPieces.of(arguments)
    by_ngram = compose_by_ngram(pieces, min(NGRAM_PIECES, arguments.pieces), arguments.seed)
    results = compare(pieces, by_ngram)
    print(json.dumps(results) if arguments.json else table(results))


def compose_by_ngram(pieces: ComparedPieces, count: int, seed: int) -> list[Score]:
    """Pieces composed with the default settings from the best n-gram of the training pieces."""
    encoding, people = pieces.model.encoding, pieces.people
    train, held_out = (list(map(encoding.encode, side)) for side in (people.train, people.held_out))
    model = fit_best(encoding, train, held_out)
    return compose_pieces(model, pieces.profile, count, ComposeSettings(seed=seed))


def compare(pieces: ComparedPieces, by_ngram: Sequence[Score]) -> dict[str, Any]:
    """All that is printed, as JSON."""
    encoding = pieces.model.encoding
    sets = {"people": pieces.people.all, "composed": pieces.composed, "n-gram": by_ngram}
    scores = {name: [merged(score, encoding) for score in of] for name, of in sets.items()}
    people = scores["people"]
    notes, voices = excerpt_length(people), voice_count(people)
    groups = {"people": related_pieces(people)}
    samples = {name: Sample.of(of, notes, voices, groups.get(name)) for name, of in scores.items()}
    pair = Pair.of(samples["people"], samples["composed"])
    return {
        "notes": notes,
        "voices": voices,
        "figures": int((pair.in_excerpt & varies(pair.values)).sum()),
        "excerpts": {name: len(sample) for name, sample in samples.items()},
        "left out": {name: len(scores[name]) - len(sample) for name, sample in samples.items()},
        "unchanged": unchanged_share(people, encoding, voices),
        "areas": {
            "composed": _areas([pair]),
            "people's other half": _areas(halves(samples["people"])),
            "n-gram": _areas([Pair.of(samples["people"], samples["n-gram"])]),
        },
        "by kind": by_kind(pair),
        "telling": telling(pair),
    }


def _areas(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Mean areas of the pairs by classifier."""
    by_figures = [result for p in pairs if (result := p.by_figures(p.in_excerpt))]
    by_words = [pair.by_words() for pair in pairs]
    return {"figures": asdict(_mean(by_figures)), "n-grams": asdict(_mean(by_words))}


def _mean(results: Sequence[Result]) -> Result:
    return Result(
        float(np.mean([result.mean for result in results])),
        float(np.mean([result.deviation for result in results])),
    )


def by_kind(pair: Pair) -> dict[str, float]:
    """Area by each kind of figure alone."""
    kinds = {str(kind): pair.by_figures(pair.kinds == kind) for kind in dict.fromkeys(pair.kinds)}
    return {kind: result.mean for kind, result in kinds.items() if result}


def telling(pair: Pair) -> list[dict[str, Any]]:
    """The figures of the excerpts in order of importance, with the means of both sets."""
    used = np.flatnonzero(pair.in_excerpt & varies(pair.values))
    values, second = pair.values[:, used], pair.second
    importance, alone = importances(values, second, pair.groups), single_areas(values, second)
    people, composed = (np.nanmean(values[side], axis=0) for side in (~second, second))
    return [
        {
            "figure": pair.names[used[n]],
            "kind": str(pair.kinds[used[n]]),
            "importance": float(importance[n]),
            "alone": float(alone[n]),
            "people": float(people[n]),
            "composed": float(composed[n]),
        }
        for n in np.argsort(-importance)
    ]


def table(results: dict[str, Any]) -> str:
    """The results as text."""
    counts = ", ".join(f"{count} of {whose}" for whose, count in results["excerpts"].items())
    lines = [
        f"excerpts of {results['notes']} notes in {results['voices']} voices: {counts}",
        f"left out as too short: {results['left out']['people']} of people, "
        f"{results['left out']['composed']} composed",
        f"people's pieces unchanged in voices and through MIDI: {results['unchanged']:.0%}",
        f"\n{'area under the curve, against people':40}{'figures':>16}{'n-grams':>16}",
    ]
    for whose, areas in results["areas"].items():
        row = "".join(f"{Result(**area)!s:>16}" for area in areas.values())
        lines.append(f"{whose:40}{row}")
    lines.append(f"\n{'by kind of figure alone':40}")
    lines += [f"{kind:40}{area:16.3f}" for kind, area in results["by kind"].items()]
    lines.append(f"\n{'most telling':52}{'bits':>7}{'alone':>7}{'people':>9}{'composed':>9}")
    lines += [
        f"{row['figure']:52}{row['importance']:7.3f}{row['alone']:7.3f}"
        f"{row['people']:9.3f}{row['composed']:9.3f}"
        for row in results["telling"][:TELLING]
    ]
    lines.append(f"\n{'most telling alone':52}")
    alone = sorted(results["telling"], key=lambda row: -row["alone"])[:TELLING]
    lines += [
        f"{row['figure']:52}{'':7}{row['alone']:7.3f}{row['people']:9.3f}{row['composed']:9.3f}"
        for row in alone
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
