"""Save and load the styles of a run's training pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from musicgen.composing.settings import MAX_ENSEMBLES, ComposeSettings
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.errors import InvalidSetting
from musicgen.file_hashes import write_listed
from musicgen.files import to_json_bytes
from musicgen.json_files import InvalidJson, read_json
from musicgen.theory.form import check_form
from musicgen.theory.keys import KEYS_BY_NAME

MAX_BYTES = 2**20
MAX_NAME_CHARACTERS = 64  # of a part
MAX_ONSET = 32_767  # grid units from the bar line
FILE = "habits.json"  # the name that the file has in runs of every version


def save_styles(styles: Sequence[MetreStyle], folder: Path) -> tuple[MetreStyle, ...]:
    """Write the styles into a run's folder, with fewer ensembles and forms if they are too large.

    Returns the styles as they were written.
    """
    styles = tuple(map(_with_short_names, styles))
    while len(contents := _to_bytes(styles)) > MAX_BYTES and any(map(_samples, styles)):
        styles = tuple(
            replace(style, ensembles=style.ensembles[::2], forms=style.forms[::2])
            if _samples(style)
            else style
            for style in styles
        )
    write_listed(folder, FILE, contents)
    return styles


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


def _to_bytes(styles: Sequence[MetreStyle]) -> bytes:
    return to_json_bytes([asdict(style) for style in styles])


def _samples(style: MetreStyle) -> bool:
    """Whether some of the style's ensembles or forms can be left out."""
    return len(style.ensembles) > 1 or len(style.forms) > 1


def _with_short_names(style: MetreStyle) -> MetreStyle:
    ensembles = (
        replace(e, roles=tuple(replace(r, name=r.name[:MAX_NAME_CHARACTERS]) for r in e.roles))
        for e in style.ensembles
    )
    return replace(style, ensembles=tuple(ensembles))


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
    if len(style.ensembles) > MAX_ENSEMBLES:
        raise InvalidSetting(f"a metre has at most {MAX_ENSEMBLES} ensembles")
    onsets = [onset for sound in style.drum_onsets for onset in sound.onsets]
    if not all(0 <= onset <= MAX_ONSET for onset in onsets):
        raise InvalidSetting(f"an onset in a bar is between 0 and {MAX_ONSET}")
    if unknown := set(style.keys) - set(KEYS_BY_NAME):
        raise InvalidSetting(f"'{min(unknown)}' is not the name of a key")
    shares = (style.share, *style.pickups.values(), *style.keys.values())
    if not all(0 < share <= 1 for share in shares):
        raise InvalidSetting("a share is between 0 and 1")
    if not (0 <= style.pitch <= 127 and 0 <= style.spread <= 127):
        raise InvalidSetting("a pitch is between 0 and 127")
