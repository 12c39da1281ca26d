"""Composed pieces as a model draws them, and their parts in the order in which they are written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import transposed_key, written_order
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.steps import Encoding, Steps
from musicgen.score import Score
from musicgen.score_fields import Part


def encode_composed(encoding: Encoding, score: Score, drawn: Steps, semitones: int = 0) -> Steps:
    """The steps of a score that was drawn as other steps, and changed or transposed since.

    A piece of `parts` keeps the roles, key, chords and form that it was drawn with.
    """
    if not isinstance(encoding, PartsEncoding):
        return encoding.encode(score)
    assert isinstance(drawn, PartsSteps)
    roles = tuple(role.transposed(semitones) for role in drawn.roles)
    key = transposed_key(drawn.key, semitones)
    chords = drawn.chords and drawn.chords.transposed(semitones)
    piece = replace(drawn, roles=roles, key=key, chords=chords)
    return encoding.encode_as(score, piece, written_order(roles))


def steps_of_primer(encoding: Encoding, steps: Steps, score: Score, notes: int) -> int:
    """Number of the steps of a score that are before those of all but its first notes."""
    if isinstance(steps, PartsSteps):
        composed = score.notes["start"][notes:].min(initial=score.end) // encoding.grid.ticks
        return int((steps.schedule[1] < composed).sum()) if notes else 0
    return len(encoding.encode(replace(score, notes=score.notes[:notes])))


def as_written(score: Score, steps: Steps) -> Score:
    """A score whose parts are in the order of their roles, with its parts as they are written."""
    assert isinstance(steps, PartsSteps)
    order = written_order(steps.roles)
    notes = score.notes.copy()
    notes["part"] = np.argsort(order)[notes["part"]]
    parts = (replace(score.parts[old], track=new) for new, old in enumerate(order))
    return replace(score, notes=notes, parts=tuple(parts))


def in_one_part(score: Score, program: int) -> Score:
    """All notes in one part: a model of `events` tells parts by their programs alone."""
    notes = score.notes.copy()
    notes["part"], notes["program"] = 0, program
    return replace(score, notes=notes, parts=(Part(program=program),))


def with_program(score: Score, program: int) -> Score:
    """The score with one General MIDI program for all parts but drums."""
    notes = score.notes.copy()
    notes["program"][~score.is_drum] = program
    parts = tuple(p if p.is_drum else replace(p, program=program) for p in score.parts)
    return replace(score, notes=notes, parts=parts)
