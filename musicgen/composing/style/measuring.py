"""Measure the style of training pieces, one MetreStyle per metre."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from musicgen.composing.settings import (
    MAX_ENSEMBLES,
    MAX_SILENCE_QUARTERS,
    MIN_SILENCE_QUARTERS,
)
from musicgen.composing.style.drum_onsets import measure_drum_onsets
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.encoding.grid import GRID_TICKS, grid_of
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.steps import Encoding, Steps
from musicgen.metres import TICKS_PER_QUARTER, bar_positions
from musicgen.score import Score
from musicgen.statistics.rhythm_histograms import main_metre
from musicgen.theory.form import form_of
from musicgen.theory.keys import find_keys
from musicgen.theory.voice_leading import parallels
from musicgen.theory.voice_separation import monophonic_parts

MIN_SHARE = 0.02  # of the pieces; rarer metres, upbeats and keys are left out
MAX_FORMS = 64  # of a metre
MAX_PARALLELS = 0.02  # of the chord changes, in good counterpoint: Bach's chorales have half


def measure_styles(
    scores: Sequence[Score], encoding: Encoding | None = None, steps: Sequence[Steps] = ()
) -> tuple[MetreStyle, ...]:
    """Styles of the metres that pieces have for most of their time, the most common first.

    encoding: the model's. One of `parts` is conditioned on the parts and the key of a piece, and
    has learned the rest. steps: the scores as it encodes them, where that is done.
    """
    groups: dict[str, list[int]] = {}  # indices of the pieces
    for index, score in enumerate(scores):
        if len(score):
            groups.setdefault(str(main_metre(score)), []).append(index)
    total = sum(map(len, groups.values()))
    styles = []
    for metre, indices in groups.items():
        if len(indices) < MIN_SHARE * total:
            continue
        group, share = [scores[index] for index in indices], len(indices) / total
        if isinstance(encoding, PartsEncoding):
            sample = indices[:: math.ceil(len(indices) / MAX_ENSEMBLES)]
            pieces = [steps[n] if steps else encoding.encode(scores[n]) for n in sample]
            styles.append(_measure_parts(metre, group, share, pieces))
        else:
            styles.append(_measure(metre, group, share))
    return tuple(sorted(styles, key=lambda style: (-style.share, style.metre)))


def _measure(metre: str, group: Sequence[Score], share: float) -> MetreStyle:
    notes = np.concatenate([score.notes for score in group])
    mean_pitches = [score.notes["pitch"].mean() for score in group]
    parts = Counter(map(monophonic_parts, group)).most_common(1)[0][0]
    sampling_interval = math.ceil(len(group) / MAX_FORMS)
    return MetreStyle(
        metre=metre,
        share=share,
        tempo=float(np.median([score.mean_tempo for score in group])),
        program=int(np.bincount(notes["program"]).argmax()),
        pickups=_common_shares(f"{_pickup_quarters(score):g}" for score in group),
        keys=_common_shares(key.name for key in find_keys(group) if key),
        pitch=float(np.mean(mean_pitches)),
        spread=float(np.std(mean_pitches)),
        parts=parts,
        counterpoint=1.0 if parts > 1 and _has_few_parallels(group) else 0.0,
        span=int(np.percentile([np.ptp(score.notes["pitch"]) for score in group], 90)),
        silence=_silence_limit(group),
        part_names=_part_names(group, parts),
        forms=tuple(form_of(score) for score in group[::sampling_interval] if _has_bars(score)),
    )


def _measure_parts(
    metre: str, group: Sequence[Score], share: float, pieces: Sequence[Steps]
) -> MetreStyle:
    sample = [piece for piece in pieces if isinstance(piece, PartsSteps)]
    return MetreStyle(
        metre=metre,
        share=share,
        tempo=float(np.median([score.mean_tempo for score in group])),
        program=None,
        pickups=_common_shares(f"{_pickup_quarters(score):g}" for score in group),
        counterpoint=1.0 if _has_few_parallels(group) else 0.0,
        # Beside drums, which play on, other parts rest for as long as they like.
        silence=MAX_SILENCE_QUARTERS if any(map(_has_drums, sample)) else _silence_limit(group),
        ensembles=tuple(Ensemble(piece.roles, piece.key) for piece in sample),
        forms=tuple(piece.form for piece in sample if piece.form),
        drum_onsets=measure_drum_onsets(sample),
    )


def _has_drums(piece: PartsSteps) -> bool:
    return any(role.is_drum for role in piece.roles)


def _part_names(group: Sequence[Score], count: int) -> tuple[str, ...]:
    """Names of the parts of all pieces that have so many; none where two pieces differ."""
    names = {tuple(part.name for part in score.parts) for score in group if count > 1}
    of_count = [of_piece for of_piece in names if len(of_piece) == count]
    return of_count[0] if len(of_count) == 1 and all(of_count[0]) else ()


def _has_bars(score: Score) -> bool:
    return grid_of(score).has_bars


def _silence_limit(group: Sequence[Score]) -> float:
    """Longest silence, in quarters, that all but one in fifty pieces stay within."""
    limit = float(np.percentile([_longest_silence(score) for score in group], 98))
    return min(max(round(limit, 3), MIN_SILENCE_QUARTERS), MAX_SILENCE_QUARTERS)


def _longest_silence(score: Score) -> float:
    """Longest time, in quarters, in which no note sounds; 0 where there is none."""
    starts, ends = score.notes["start"], score.notes["start"] + score.notes["duration"]
    gaps = starts[1:] - np.maximum.accumulate(ends)[:-1]
    return max(0, *gaps.tolist(), 0) / score.resolution


def _has_few_parallels(group: Sequence[Score]) -> bool:
    shares = [share for score in group if not math.isnan(share := parallels(score))]
    return bool(shares) and float(np.mean(shares)) < MAX_PARALLELS


def _pickup_quarters(score: Score) -> float:
    """Length of the upbeat; 0 where the first bar is a full one."""
    [bar, *_], [tick_in_bar, *_], _ = bar_positions(score.metres, [0])
    ticks = score.metres[0].ticks_per_bar if tick_in_bar and not bar else 0
    return ticks / TICKS_PER_QUARTER if ticks % GRID_TICKS == 0 else 0.0


def _common_shares(values: Iterable[str]) -> dict[str, float]:
    """Share of each value that at least MIN_SHARE of them have, scaled to sum to 1."""
    counts = Counter(values)
    min_count = MIN_SHARE * counts.total()
    common = {value: count for value, count in counts.most_common() if count >= min_count}
    return {value: count / sum(common.values()) for value, count in common.items()}
