"""Can a classifier tell composed pieces from people's, and by what?

    python -m benchmarks.discriminator CHECKPOINT [--pieces 300] [--seed 5000]
                                       [--folder MIDI_FOLDER] [--source SOURCE]
                                       [--ngram-pieces 150] [--json]

Composes pieces with the default settings, or reads those of a folder, and prints the area under the
curve (0.5: cannot be told apart, 1: always) of two classifiers, five-fold:

- boosted trees over some 400 figures of an excerpt (`benchmarks/discriminator/figures/`)
- a linear classifier over n-grams of notes (`benchmarks/discriminator/sequences.py`)

and beside it that of people's pieces against their own other half, and of pieces that are composed
from the n-gram of the training pieces. Then the area by each kind of figure alone, and the figures
that say most. `benchmarks/discriminator/excerpts.py` says what makes the terms equal; the share of
people's pieces that look the same after they have gone the way of a composed one, into voices and
through a MIDI file, is printed as a check. Where the model writes parts, a row compares them with
people's own; voices that were separated afterwards would be recognised by that alone (0.82). How a
piece ends is a row of its own, and in no other.

Seven minutes for 300 chorales on one core, one of them without composing: `--ngram-pieces 0` and
`--folder` leave that out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from benchmarks.discriminator.classifiers import (
    FOLDS,
    Result,
    importances,
    single_areas,
    varies,
)
from benchmarks.discriminator.excerpts import (
    excerpt_length,
    in_own_parts,
    merged,
    notes_before_last_bar,
    unchanged_share,
    voice_count,
)
from benchmarks.discriminator.samples import Pair, Sample, halves
from benchmarks.shared.pieces import ComparedPieces, comparison_options, compose_pieces
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.related.groups import related_pieces
from musicgen.encoding.steps import Encoding
from musicgen.evaluation.ngram import fit_best
from musicgen.score import Score

NGRAM_PIECES = 150
MIN_IN_PARTS = 0.8  # share of the pieces
TELLING = 25  # figures printed
BEST = 3  # figures of a kind printed


def main() -> None:
    options = comparison_options(__doc__ or "")
    options.add_argument(
        "--ngram-pieces", type=int, default=NGRAM_PIECES, help="composed from the n-gram; 0: none"
    )
    arguments = options.parse_args()
    pieces = ComparedPieces.of(arguments)
    by_ngram = compose_by_ngram(pieces, arguments.ngram_pieces, arguments.seed)
    results = compare(pieces, by_ngram)
    print(json.dumps(results) if arguments.json else table(results))


def compose_by_ngram(pieces: ComparedPieces, count: int, seed: int) -> list[Score]:
    """Pieces composed with the default settings from the best n-gram of the training pieces."""
    if not count:
        return []
    encoding, people = pieces.model.encoding, pieces.people
    train, held_out = (list(map(encoding.encode, side)) for side in (people.train, people.held_out))
    model = fit_best(encoding, train, held_out)
    return compose_pieces(model, pieces.profile, count, ComposeSettings(seed=seed))


def compare(pieces: ComparedPieces, by_ngram: Sequence[Score]) -> dict[str, Any]:
    """All that is printed, as JSON."""
    encoding = pieces.model.encoding
    sets = {"people": pieces.people.all, "composed": pieces.composed, "n-gram": by_ngram}
    sets = {name: of for name, of in sets.items() if of}
    scores = {name: [merged(score, encoding) for score in of] for name, of in sets.items()}
    people = scores["people"]
    notes, voices = excerpt_length(people, scores["composed"]), voice_count(people)
    groups = {"people": related_pieces(people)}
    if not long_enough(scores.get("n-gram", []), notes):
        scores.pop("n-gram", None)
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
            name: _areas(
                halves(sample) if name == "people" else [Pair.of(samples["people"], sample)]
            )
            for name, sample in samples.items()
        }
        | own_parts_area(sets["people"], sets["composed"], encoding, notes, voices),
        "by kind": by_kind(pair),
        "telling": telling(pair),
    }


def long_enough(scores: Sequence[Score], notes: int) -> bool:
    """Whether at least half of the scores, which may be empty, give an excerpt."""
    enough = [notes_before_last_bar(score) >= notes for score in scores]
    return sum(enough) > max(FOLDS, len(enough) // 2)


def own_parts_area(
    people: Sequence[Score],
    composed: Sequence[Score],
    encoding: Encoding,
    notes: int,
    voices: int,
) -> dict[str, Any]:
    """Areas of composed pieces in the parts that the model gave them, people's in theirs.

    Empty unless most pieces on both sides have such parts.
    """
    groups, samples = related_pieces(people), []
    for scores, related in ((people, groups), (composed, list(range(len(composed))))):
        own = [in_own_parts(score, encoding, voices) for score in scores]
        rows = [(score, group) for score, group in zip(own, related, strict=True) if score]
        if voices < 2 or len(rows) < MIN_IN_PARTS * len(own):
            return {}
        in_parts, related_rows = zip(*rows, strict=True)
        samples.append(Sample.of(in_parts, notes, None, related_rows))
    return {"composed, in own parts": _areas([Pair.of(samples[0], samples[1])])}


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


def by_kind(pair: Pair) -> dict[str, dict[str, Any]]:
    """Area by each kind of figure alone, and by the best figures of the kind, each alone."""
    alone = single_areas(pair.values, pair.second)
    rows: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys(pair.kinds.tolist()):
        result = pair.by_figures(pair.kinds == kind)
        best = [n for n in np.argsort(-alone) if pair.kinds[n] == kind][:BEST]
        if result:
            figures = {pair.names[n]: float(alone[n]) for n in best}
            rows[kind] = {"area": result.mean, "figures": figures}
    return rows


def telling(pair: Pair) -> list[dict[str, Any]]:
    """The figures of the excerpts in order of importance, with the means of both sets."""
    used = np.flatnonzero(pair.in_excerpt & varies(pair.values))
    values, second = pair.values[:, used], pair.second
    importance, alone = importances(values, second, pair.groups), single_areas(values, second)
    people, composed = (list(map(_known_mean, values[side].T)) for side in (~second, second))
    return [
        {
            "figure": pair.names[used[n]],
            "kind": str(pair.kinds[used[n]]),
            "importance": float(importance[n]),
            "alone": float(alone[n]),
            "people": people[n],
            "composed": composed[n],
        }
        for n in np.argsort(-importance)
    ]


def _known_mean(column: np.ndarray) -> float | None:
    """Mean of the values that are defined."""
    known = column[~np.isnan(column)]
    return float(known.mean()) if len(known) else None


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
        name = "people, two halves" if whose == "people" else whose
        lines.append(f"{name:40}{row}")
    lines.append(f"\n{'by kind of figure alone':24}")
    for kind, row in results["by kind"].items():
        best = ", ".join(f"{name} {area:.2f}" for name, area in row["figures"].items())
        lines.append(f"{kind:24}{row['area']:8.3f}   {best}")
    lines.append(f"\n{'most telling':52}{'bits':>7}{'alone':>7}{'people':>9}{'composed':>9}")
    lines += [
        f"{row['figure']:52}{row['importance']:7.3f}{row['alone']:7.3f}{_means(row)}"
        for row in results["telling"][:TELLING]
    ]
    lines.append(f"\n{'most telling, each alone':52}")
    alone = sorted(results["telling"], key=lambda row: -row["alone"])[:TELLING]
    lines += [f"{row['figure']:52}{'':7}{row['alone']:7.3f}{_means(row)}" for row in alone]
    return "\n".join(lines)


def _means(row: dict[str, Any]) -> str:
    """Both means of a figure, `-` where it is defined for none."""
    means = row["people"], row["composed"]
    return "".join(f"{'-':>9}" if mean is None else f"{mean:9.3f}" for mean in means)


if __name__ == "__main__":
    main()
