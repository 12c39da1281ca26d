"""Facts from which an encoding is fitted, of a part of a collection; they add up.

The encoding that they give is the one that `fit_encoding` fits to all scores at once: `parts`
looks at the bars of some pieces only, which here are those with the lowest hashes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.grid import ClockName
from musicgen.encoding.notes import NotesEncoding, Voicing
from musicgen.encoding.parts.collection_facts import (
    MAX_FORMS,
    MIN_HARMONY,
    MIN_REPEATED,
    has_harmony,
)
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.score import Score
from musicgen.theory.chords import pitched_sonorities
from musicgen.theory.form import form_of


@dataclass(frozen=True)
class BarsOfPiece:
    """Numbers of bars of a piece, in all and different ones, and whether it has harmony."""

    digest: bytes  # hash of the piece
    bars: int
    different: int
    has_harmony: bool


@dataclass(frozen=True)
class EncodingFacts:
    """What an encoding depends on. Drums count for `parts` alone."""

    notes: int = 0
    performed: int = 0  # of the notes, those in performances
    velocities: tuple[int, ...] = ()  # different ones, rising
    programs: tuple[int, ...] = ()
    voicings: tuple[tuple[Voicing, int], ...] = ()  # with their counts, for `notes`
    forms: tuple[BarsOfPiece, ...] = ()  # of the pieces with the lowest hashes, for `parts`


def encoding_facts(encoding: str, scores: Sequence[tuple[bytes, Score]]) -> EncodingFacts:
    """Facts of some scores, each with its hash, for an encoding by name."""
    if encoding == NotesEncoding.name:
        counts: Counter[Voicing] = Counter()
        for _, score in scores:
            counts.update(pitched_sonorities(score).voicings())
        return EncodingFacts(voicings=tuple(sorted(counts.items())))
    with_drums = encoding == PartsEncoding.name
    chosen = [score if with_drums else score.pitched for _, score in scores]
    distinct = {
        column: np.unique([v for score in chosen for v in np.unique(score.notes[column])])
        for column in ("velocity", "program")
    }
    return EncodingFacts(
        sum(map(len, chosen)),
        sum(len(score) for score in chosen if score.is_performance),
        tuple(distinct["velocity"].astype(int).tolist()),
        tuple(distinct["program"].astype(int).tolist()),
        forms=_forms(scores) if with_drums else (),
    )


def sum_facts(parts: Iterable[EncodingFacts]) -> EncodingFacts:
    """Facts of all parts of a collection together."""
    parts = list(parts)
    counts: Counter[Voicing] = Counter()
    for part in parts:
        counts.update(dict(part.voicings))
    forms = sorted((form for part in parts for form in part.forms), key=lambda form: form.digest)
    return EncodingFacts(
        sum(part.notes for part in parts),
        sum(part.performed for part in parts),
        tuple(sorted({value for part in parts for value in part.velocities})),
        tuple(sorted({value for part in parts for value in part.programs})),
        tuple(sorted(counts.items())),
        tuple(forms[:MAX_FORMS]),
    )


def encoding_of_facts(encoding: str, facts: EncodingFacts) -> Encoding:
    """The encoding of a collection with these facts."""
    if encoding == NotesEncoding.name:
        return NotesEncoding.for_voicings(Counter(dict(facts.voicings)))
    clock: ClockName = "seconds" if 2 * facts.performed > facts.notes else "beats"
    has_velocity = len(facts.velocities) > 1
    if encoding == EventsEncoding.name:
        return EventsEncoding(has_velocity, len(facts.programs) > 1, clock)
    bars = sum(form.bars for form in facts.forms)
    repeated = 1 - sum(form.different for form in facts.forms) / bars if bars else 0.0
    harmonies = sum(form.has_harmony for form in facts.forms)
    has_chords = clock == "beats" and harmonies >= MIN_HARMONY * max(len(facts.forms), 1)
    has_form = clock == "beats" and repeated >= MIN_REPEATED
    on_beats = clock == "beats"
    return PartsEncoding(has_velocity, clock, has_form, True, has_chords, True, on_beats)


def _forms(scores: Sequence[tuple[bytes, Score]]) -> tuple[BarsOfPiece, ...]:
    """Bars of the pieces with the lowest hashes, as many as `parts` looks at."""
    with_notes = sorted(
        ((digest, score) for digest, score in scores if len(score)), key=lambda pair: pair[0]
    )
    forms = [(digest, form_of(score), score) for digest, score in with_notes[:MAX_FORMS]]
    return tuple(
        BarsOfPiece(digest, len(form), len(set(form)), has_harmony(score))
        for digest, form, score in forms
    )
