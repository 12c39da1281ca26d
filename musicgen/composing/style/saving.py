"""Save and load the styles of a run's training pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.errors import InvalidSetting
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json
from musicgen.theory.form import check_form
from musicgen.theory.keys import KEYS_BY_NAME

FILE = "habits.json"  # the name that the file has in runs of every version


def save_styles(styles: Sequence[MetreStyle], folder: Path) -> None:
    """Write the styles into a run's folder."""
    write_json(folder / FILE, [asdict(style) for style in styles])


def load_styles(folder: Path) -> tuple[MetreStyle, ...]:
    """Read the styles of a run's folder; none where the file is missing or damaged."""
    try:
        styles: tuple[MetreStyle, ...] = read_json(folder / FILE, tuple[MetreStyle, ...])
        for style in styles:
            _check(style)
    except (InvalidJson, InvalidSetting, ValueError):
        return ()
    return styles


def _check(style: MetreStyle) -> None:
    """Raise ValueError or InvalidSetting for values that a person could not choose either."""
    for pickup in (0.0, *map(float, style.pickups)):
        ComposeSettings(
            metre=style.metre,
            tempo=style.tempo,
            program=style.program,
            pickup=pickup,
            parts=style.parts,
            counterpoint=style.counterpoint,
            span=style.span,
            silence=style.silence,
        )
    for form in style.forms:
        check_form(form)
    if unknown := set(style.keys) - set(KEYS_BY_NAME):
        raise InvalidSetting(f"'{min(unknown)}' is not the name of a key")
    shares = (style.share, *style.pickups.values(), *style.keys.values())
    if not all(0 < share <= 1 for share in shares):
        raise InvalidSetting("a share is between 0 and 1")
    if not (0 <= style.pitch <= 127 and 0 <= style.spread <= 127):
        raise InvalidSetting("a pitch is between 0 and 127")
