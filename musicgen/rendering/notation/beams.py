"""Beams and triplet brackets of a voice in one bar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar, NotatedChord
from musicgen.rendering.notation.metre_grid import beam_spans
from musicgen.rendering.notation.note_values import is_triplet
from musicgen.rendering.notation.tuplets.tuplet import Ticks, Tuplet

_EIGHTH = TICKS_PER_QUARTER // 2


def beams(chords: Sequence[NotatedChord], bar: Bar) -> list[list[str]]:
    """Beams of each chord from the eighths' down, as in MusicXML: begin, continue, end or a hook.

    A chord without beams has an empty list.
    """
    result: list[list[str]] = [[] for _ in chords]
    for group in _beam_groups(chords, bar):
        depths = [chords[index].value.flags for index in group]
        for place, index in enumerate(group):
            result[index] = _chord_beams(depths, place)
    return result


def _beam_groups(chords: Sequence[NotatedChord], bar: Bar) -> list[list[int]]:
    """Indices of chords that share a beam: neighbours in one group of beats, two or more."""
    long, short = beam_spans(bar.metre)
    positions = [  # a tuplet shares its beams
        chord.tuplet.position if chord.tuplet else chord.offset + bar.padding for chord in chords
    ]

    def by_group(indices: Iterable[int], starts: Sequence[int]) -> list[list[int]]:
        groups = groupby(indices, lambda index: bisect_right(starts, positions[index]))
        return [list(group) for _, group in groups]

    groups: list[list[int]] = []
    for indices in by_group(range(len(chords)), long):
        plain = all(chords[i].ticks >= _EIGHTH and chords[i].value.actual == 1 for i in indices)
        for run in _runs(chords, indices):
            groups += by_group(run, long if plain else short)
    return [group for group in groups if len(group) > 1]


def _runs(chords: Sequence[NotatedChord], indices: Sequence[int]) -> list[list[int]]:
    """Neighbours with flags, without a rest between them."""
    runs: list[list[int]] = []
    for index in indices:
        if not chords[index].value.flags:
            continue
        follows = runs and runs[-1][-1] == index - 1
        if follows and chords[index - 1].end == chords[index].offset:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _chord_beams(depths: Sequence[int], place: int) -> list[str]:
    """Beams of one chord of a group; depths: number of beams of all its chords."""
    beams = []
    for level in range(1, depths[place] + 1):
        before = place > 0 and depths[place - 1] >= level
        after = place + 1 < len(depths) and depths[place + 1] >= level
        if before and after:
            beams.append("continue")
        elif before:
            beams.append("end")
        elif after:
            beams.append("begin")
        else:
            beams.append("backward hook" if place else "forward hook")
    return beams


def tuplet_marks(
    spans: Sequence[tuple[Ticks, Ticks]], tuplets: Sequence[Tuplet | None] = ()
) -> list[str]:
    """Bracket of each of a voice's notes and rests: start, stop, both or "".

    spans: position in the bar and ticks of each. tuplets: that each is in, if any are in one.
    Neighbours with triplet values are bracketed until they fill a plain value.
    """
    of_spans = tuplets or [None] * len(spans)
    marks = _marks_of_triplets(
        [(p, 0 if tuplet else t) for (p, t), tuplet in zip(spans, of_spans, strict=True)]
    )
    for tuplet, group in groupby(range(len(spans)), of_spans.__getitem__):
        if tuplet and tuplet.units != tuplet.normal:
            indices = list(group)
            marks[indices[0]], marks[indices[-1]] = "start", "stop"
            if len(indices) == 1:
                marks[indices[0]] = "both"
    return marks


def _marks_of_triplets(spans: Sequence[tuple[Ticks, Ticks]]) -> list[str]:
    """Brackets of triplets; spans in other tuplets have no ticks."""
    marks = [""] * len(spans)
    first: int | None = None
    total: Ticks = 0
    for index, (position, ticks) in enumerate(spans):
        if not is_triplet(ticks):
            first = None
            continue
        if first is None:
            first, total = index, 0
        total += ticks
        follows = index + 1 < len(spans) and is_triplet(spans[index + 1][1])
        unit = min(value for _, value in spans[first : index + 1]) * 3
        is_full = total % unit == 0 and (position + ticks) % min(unit, TICKS_PER_QUARTER) == 0
        if is_full or not follows:
            if first == index:
                marks[index] = "both"
            else:
                marks[first], marks[index] = "start", "stop"
            first = None
    return marks
