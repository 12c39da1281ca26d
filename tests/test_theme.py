"""Contrast of the configured colours: at least 4.5 for text, as WCAG 2 asks for (AA)."""

import tomllib
from pathlib import Path

import pytest

from musicgen.ui.shared.page_style import CAPTION, ON_PRIMARY

CONFIG = Path(__file__).parents[1] / ".streamlit/config.toml"
THEMES = tomllib.loads(CONFIG.read_text())["theme"]
MIN_CONTRAST = 4.5
SELECTED, HOVERED = 0.1, 0.2  # share of the primary colour behind a selected label

Colour = tuple[float, ...]  # red, green, blue from 0 to 1


def rgb(text: str) -> Colour:
    return tuple(int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))


def blend(top: Colour, opacity: float, bottom: Colour) -> Colour:
    return tuple(a * opacity + b * (1 - opacity) for a, b in zip(top, bottom, strict=True))


def luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_colours_that_wcag_gives() -> None:
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#767676"), rgb("#ffffff")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_text_and_selected_labels_have_enough_contrast(name: str, ground: str) -> None:
    theme = THEMES[name]
    behind, primary = rgb(theme[ground]), rgb(theme["primaryColor"])
    assert contrast(rgb(theme["textColor"]), behind) >= MIN_CONTRAST
    for opacity in (0, SELECTED, HOVERED):
        if opacity < HOVERED or ground == "backgroundColor":
            assert contrast(primary, blend(primary, opacity, behind)) >= MIN_CONTRAST


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_label_of_a_primary_button_has_enough_contrast(name: str) -> None:
    assert contrast(rgb(ON_PRIMARY[name]), rgb(THEMES[name]["primaryColor"])) >= MIN_CONTRAST


@pytest.mark.parametrize("name", ["light", "dark"])
def test_captions_and_code_have_enough_contrast(name: str) -> None:
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        behind = rgb(THEMES[name][ground])
        assert contrast(rgb(CAPTION[name]), behind) >= MIN_CONTRAST
        assert contrast(rgb(THEMES[name]["codeTextColor"]), behind) >= MIN_CONTRAST
