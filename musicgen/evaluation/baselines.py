"""What a model must beat: uniform, unigram and the best n-gram on the same pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.steps import Encoding, Steps
from musicgen.evaluation.ngram import NGram, fit_best, uniform, unigram
from musicgen.score import Score

TRAIN, VALID = "train", "valid"


@dataclass(frozen=True)
class Baseline:
    """A simple model's cost of the held-out pieces, a mapping from side to figures."""

    name: str  # uniform, unigram or n-gram
    order: int  # notes that a prediction looks at, its own included; 0 looks at none
    bits_per_note: Mapping[str, float]  # a note is one on the grid of `events`
    bits_per_step: Mapping[str, float]  # a step is one of the encoding's own
    by_field: Mapping[str, Mapping[str, float]]  # bits a note

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def baselines(encoding: Encoding, sides: Mapping[str, Sequence[Score]]) -> tuple[Baseline, ...]:
    """Fit on the side `train`, choose the order on `valid`, and judge all other sides.

    ValueError where `train` or `valid` has no note.
    """
    steps = {
        side: [piece for piece in map(encoding.encode, scores) if len(piece)]
        for side, scores in sides.items()
    }
    for side in (TRAIN, VALID):
        if not steps.get(side):
            raise ValueError(f"a baseline needs notes in '{side}'")
    notes = {side: count_notes(scores) for side, scores in sides.items()}
    fitted = {
        "uniform": uniform(encoding),
        "unigram": unigram(encoding, steps[TRAIN]),
        "n-gram": fit_best(encoding, steps[TRAIN], steps[VALID]),
    }
    held_out = {side: pieces for side, pieces in steps.items() if side != TRAIN and pieces}
    return tuple(_judged(name, ngram, held_out, notes) for name, ngram in fitted.items())


def count_notes(scores: Sequence[Score]) -> int:
    """Notes of the scores on the grid of `events`, the unit that all encodings share."""
    return sum(len(EventsEncoding().encode(score)) for score in scores)


def _judged(
    name: str,
    ngram: NGram,
    held_out: Mapping[str, Sequence[Steps]],
    notes: Mapping[str, int],
) -> Baseline:
    costs = {side: ngram.bits(pieces) for side, pieces in held_out.items()}  # (all steps, F)
    fields = [field.name for field in ngram.encoding.fields]
    by_field = {
        side: dict(zip(fields, (bits.sum(axis=0) / notes[side]).tolist(), strict=True))
        for side, bits in costs.items()
    }
    return Baseline(
        name=name,
        order=ngram.order,
        bits_per_note={side: float(bits.sum() / notes[side]) for side, bits in costs.items()},
        bits_per_step={side: float(bits.sum() / len(bits)) for side, bits in costs.items()},
        by_field=by_field,
    )
