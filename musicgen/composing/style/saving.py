"""Save and load the styles of a run's training pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.errors import InvalidSetting
from musicgen.file_hashes import write_listed
from musicgen.files import to_json_bytes
from musicgen.json_files import InvalidJson, read_json
from musicgen.theory.form import check_form
from musicgen.theory.keys import KEYS_BY_NAME

MAX_BYTES = 2**20
FILE = "habits.json"  # the name that the file has in runs of every version


def save_styles(styles: Sequence[MetreStyle], folder: Path) -> None:
    """Write the styles into a run's folder."""
    write_listed(folder, FILE, to_json_bytes([asdict(style) for style in styles]))


def load_styles(folder: Path) -> tuple[MetreStyle, ...]:
    """Read the styles of a run's folder; none where it has no file. Raises InvalidJson."""
    if not (folder / FILE).is_file():
        return ()
    styles: tuple[MetreStyle, ...] = read_json(folder / FILE, tuple[MetreStyle, ...], MAX_BYTES)
    try:
        for style in styles:
            _check(style)
    except (InvalidSetting, ValueError) as problem:
        raise InvalidJson(f"{FILE} cannot be read: {problem}") from None
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
