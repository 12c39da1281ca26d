"""The configured colours can be read: a contrast of 4.5 for text, as WCAG 2 wants it (AA)."""

import tomllib
from pathlib import Path

import pytest

from musicgen.ui.shared.frame import ON_PRIMARY

CONFIG = Path(__file__).parents[1] / ".streamlit/config.toml"
THEMES = tomllib.loads(CONFIG.read_text())["theme"]
ENOUGH = 4.5
CHOSEN, HOVERED = 0.1, 0.2  # how much of the primary colour is in the ground of a chosen label

Colour = tuple[float, ...]  # red, green, blue from 0 to 1


def colour(text: str) -> Colour:
    return tuple(int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))


def over(top: Colour, opacity: float, below: Colour) -> Colour:
    return tuple(a * opacity + b * (1 - opacity) for a, b in zip(top, below, strict=True))


def luminance(of: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in of]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_wcag_says_it_is() -> None:
    assert contrast(colour("#000000"), colour("#ffffff")) == pytest.approx(21)
    assert contrast(colour("#767676"), colour("#ffffff")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_text_and_chosen_labels_stand_out(name: str, ground: str) -> None:
    theme = THEMES[name]
    below, primary = colour(theme[ground]), colour(theme["primaryColor"])
    assert contrast(colour(theme["textColor"]), below) >= ENOUGH
    for opacity in (0, CHOSEN, HOVERED):
        if opacity < HOVERED or ground == "backgroundColor":
            assert contrast(primary, over(primary, opacity, below)) >= ENOUGH


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_label_of_a_primary_button_stands_out(name: str) -> None:
    assert contrast(colour(ON_PRIMARY[name]), colour(THEMES[name]["primaryColor"])) >= ENOUGH
