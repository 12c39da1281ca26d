"""Baselines of a model: uniform, unigram and the best n-gram on the same pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from musicgen.encoding.steps import Encoding, Steps
from musicgen.evaluation.likelihood import NothingToEvaluate
from musicgen.evaluation.ngram import NGram, fit_best, uniform, unigram
from musicgen.evaluation.note_counts import count_notes
from musicgen.score import Score

TRAIN, VALID = "train", "valid"


@dataclass(frozen=True)
class Baseline:
    """Bits that one baseline needs for the held-out pieces, by side (valid, test)."""

    name: str  # uniform, unigram or n-gram
    order: int  # of the n-gram in notes, the predicted one included; 0 has no context
    bits_per_note: Mapping[str, float]  # notes of `note_counts.py`
    bits_per_step: Mapping[str, float]  # steps of the encoding
    by_field: Mapping[str, Mapping[str, float]]  # bits per note, by side and field

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def baselines(encoding: Encoding, sides: Mapping[str, Sequence[Score]]) -> tuple[Baseline, ...]:
    """Baselines fitted on the side `train`, their order chosen on `valid`.

    Raises NothingToEvaluate where `train` or `valid` has no note.
    """
    steps = {
        side: [piece for piece in map(encoding.encode, scores) if len(piece)]
        for side, scores in sides.items()
    }
    for side in (TRAIN, VALID):
        if not steps.get(side):
            raise NothingToEvaluate(f"a baseline needs notes in '{side}'")
    notes = {
        side: sum(count_notes(score, encoding) for score in scores)
        for side, scores in sides.items()
    }
    ngrams = {
        "uniform": uniform(encoding),
        "unigram": unigram(encoding, steps[TRAIN]),
        "n-gram": fit_best(encoding, steps[TRAIN], steps[VALID]),
    }
    held_out = {side: pieces for side, pieces in steps.items() if side != TRAIN and pieces}
    return tuple(_evaluate(name, ngram, held_out, notes) for name, ngram in ngrams.items())


def _evaluate(
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
