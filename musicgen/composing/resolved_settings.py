"""Settings of a piece without anything left open, and those of a finished piece."""

from __future__ import annotations

from dataclasses import replace

from musicgen.composing.originality.report import default_max_copy
from musicgen.composing.random_streams import STREAMS_VERSION
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.sampling import with_prompt_defaults, with_style_defaults
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.encoding.grid import HIGHEST_KEY, LOWEST_KEY
from musicgen.score import Score
from musicgen.theory.scales import transpose_key


def resolve_settings(
    settings: ComposeSettings, profile: TrainingProfile, primer: Score | None = None
) -> ComposeSettings:
    """Fill in the settings that are left to the collection: its style and its max_copy.

    With a primer, metre, tempo, programme and upbeat are the primer's.
    """
    if primer is None:
        settings = with_style_defaults(settings, profile.styles)
    else:
        settings = with_prompt_defaults(settings, profile.styles, primer)
    max_copy = settings.max_copy
    if max_copy is None:
        max_copy = default_max_copy(profile.index) if profile.index else 0
    return replace(settings, max_copy=max_copy, version=STREAMS_VERSION)


def settings_of_finished(settings: ComposeSettings, score: Score) -> ComposeSettings:
    """Settings in terms of the finished piece, which was transposed after it was drawn.

    The key moves with the piece; so does the range, where the piece lies outside of it.
    """
    semitones = settings.transpose or 0
    if not semitones:
        return settings
    lowest, highest = settings.lowest, settings.highest
    pitches = score.notes["pitch"]
    if len(pitches) and (pitches.min() < lowest or pitches.max() > highest):
        lowest, highest = (
            min(max(pitch + semitones, LOWEST_KEY), HIGHEST_KEY) for pitch in (lowest, highest)
        )
    key = None if settings.key is None else transpose_key(settings.key, semitones)
    return replace(settings, key=key, lowest=lowest, highest=highest, transpose=0)
