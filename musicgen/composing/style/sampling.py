"""Fill in what the settings leave open, in proportion to the training pieces.

A new piece is set up as one of the training pieces might be: its metre is sampled, with the tempo
and programme of that metre, and an upbeat as often as the pieces have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.metre_style import DEFAULT_STYLE, MetreStyle
from musicgen.encoding.parts.roles import Ensemble
from musicgen.errors import InvalidSetting
from musicgen.score import Score
from musicgen.theory.scales import pitch_classes, tonic_of

CHOIR = ("Soprano", "Alto", "Tenor", "Bass")


def with_style_defaults(settings: ComposeSettings, styles: Sequence[MetreStyle]) -> ComposeSettings:
    """Settings of a piece without a prompt, filled in from the styles; the seed decides.

    A metre that no style has gets no upbeat and no form, and the rest of the most common style.
    `transpose` stays open: `transposition` computes it from the composed piece.
    """
    if not styles:
        form, pickup = settings.form or "", settings.pickup or 0.0
        return replace(settings, pickup=pickup, form=form, **_texture(settings, DEFAULT_STYLE))
    rng = random_stream(Purpose.STYLE, settings.seed)
    in_metre = [style for style in styles if settings.metre in (None, style.metre)]
    choices = in_metre or styles[:1]
    style = choices[sample_index([choice.share for choice in choices], rng)]
    pickup, form = 0.0, ""
    if in_metre and style.pickups:
        lengths = list(map(float, style.pickups))
        pickup = lengths[sample_index(list(style.pickups.values()), rng)]
    if in_metre and style.forms:
        form = style.forms[int(rng.integers(len(style.forms)))][: settings.bars]
    ensemble = settings.ensemble
    if ensemble is None and style.ensembles:
        ensemble = int(rng.integers(len(style.ensembles)))
    return replace(
        settings,
        metre=settings.metre or style.metre,
        tempo=style.tempo if settings.tempo is None else settings.tempo,
        program=style.program if settings.program is None else settings.program,
        pickup=pickup if settings.pickup is None else settings.pickup,
        form=form if settings.form is None else settings.form,
        ensemble=ensemble,
        **_texture(settings, style),
    )


def with_prompt_defaults(
    settings: ComposeSettings, styles: Sequence[MetreStyle], prompt: Score
) -> ComposeSettings:
    """Settings of a piece that continues a prompt, which has its own upbeat, key and metre.

    An upbeat is not counted among the bars, unless the settings say that there is none.
    """
    texture = _texture(settings, styles[0] if styles else DEFAULT_STYLE)
    settings = replace(settings, transpose=0, form=settings.form or "", **texture)
    pickup = 0.0 if settings.pickup == 0 else _pickup_quarters(prompt)
    if not pickup:
        return replace(settings, pickup=0.0)
    try:
        return replace(settings, pickup=pickup, metre=str(prompt.metres[1]))
    except InvalidSetting:  # off the grid of the composer: its bar counts like any other
        return replace(settings, pickup=0.0)


def _pickup_quarters(score: Score) -> float:
    """Length of a score's upbeat in quarters; 0 without one."""
    if score.is_performance or score.first_bar_number > 0:
        return 0.0
    return score.metres[0].bar_ticks(score.resolution) / score.resolution


def with_ensemble(settings: ComposeSettings, styles: Sequence[MetreStyle]) -> ComposeSettings:
    """The settings with an ensemble of the style, where they have none; the seed decides."""
    style = next((s for s in styles if s.metre == settings.metre and s.ensembles), None)
    style = style or next((s for s in styles if s.ensembles), None)
    if settings.ensemble is not None or style is None:
        return settings
    rng = random_stream(Purpose.STYLE, settings.seed)
    return replace(settings, ensemble=int(rng.integers(len(style.ensembles))))


def choose_ensemble(settings: ComposeSettings, styles: Sequence[MetreStyle]) -> Ensemble:
    """The parts and the key of a piece: those of its number in the style, in the settings' key."""
    style = next((s for s in styles if s.metre == settings.metre), DEFAULT_STYLE)
    ensembles = style.ensembles or styles[0].ensembles if styles else ()
    ensemble = Ensemble()
    if ensembles:
        ensemble = ensembles[(settings.ensemble or 0) % len(ensembles)]
    if style.metre == settings.metre:
        ensemble = ensemble.with_drum_onsets(style.drum_onsets)
    number = key_number(settings.key)
    return ensemble if number is None else _near_mode(ensembles, ensemble, number).in_key(number)


def _near_mode(ensembles: Sequence[Ensemble], chosen: Ensemble, key: int) -> Ensemble:
    """The chosen ensemble, or the next one in the mode of a key where it is in the other mode."""
    at = ensembles.index(chosen) if chosen in ensembles else 0
    candidates = [chosen, *ensembles[at:], *ensembles[:at]]
    return next((e for e in candidates if e.key // 12 == key // 12), chosen)


def key_number(key: str | None) -> int | None:
    """Tonic of a key as pitch class, 12 more in minor; None without one."""
    if key is None:
        return None
    return tonic_of(key) + 12 * (3 in {(c - tonic_of(key)) % 12 for c in pitch_classes(key)})


def part_names(settings: ComposeSettings, styles: Sequence[MetreStyle]) -> tuple[str, ...]:
    """Names of the parts of a piece: the collection's for that number of parts, if known.

    Four parts of which the names are not known are those of a choir; others have none.
    """
    count = settings.parts or 0
    known = (style.part_names for style in styles if len(style.part_names) == count)
    return next(known, CHOIR if count == len(CHOIR) else ()) if count > 1 else ()


def sample_index(weights: Sequence[float], rng: np.random.Generator) -> int:
    """Random index, in proportion to its weight."""
    odds = np.array(weights)
    return int(rng.choice(len(odds), p=odds / odds.sum()))


def _texture(settings: ComposeSettings, style: MetreStyle) -> dict[str, Any]:
    """Settings of the parts together, those left open taken from the style."""
    values = {name: getattr(settings, name) for name in _TEXTURE}
    return {
        name: getattr(style, name) if value is None else value for name, value in values.items()
    }


_TEXTURE = ("parts", "counterpoint", "span", "silence")
