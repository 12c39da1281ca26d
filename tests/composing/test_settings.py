"""Settings of the composer: bounds, and the way through JSON."""

import json

import pytest

from musicgen.composing.settings import NO_STYLE, ComposeSettings
from musicgen.errors import InvalidSetting
from musicgen.metres import Metre

ALL_SET = ComposeSettings(
    bars=8,
    notes=300,
    variations=4,
    seed=2**32 - 1,
    temperature=0.9,
    field_temperature={"pitch": 0.8},
    top_k=40,
    top_p=0.95,
    tempo=90.5,
    program=73,
    metre="6/8",
    key="D minor",
    lowest=40,
    highest=90,
    density=-0.5,
    grid="8th",
    max_copy=12,
    pickup=0.5,
    transpose=-3,
    parts=4,
    from_home=True,
)


def test_settings_are_read_back_from_json():
    for settings in (ComposeSettings(), ALL_SET):
        text = json.dumps(settings.to_json())
        assert ComposeSettings.from_json(json.loads(text)) == settings


def test_a_field_may_have_a_temperature_of_its_own():
    assert ALL_SET.sampling("pitch").temperature == 0.8
    assert ALL_SET.sampling("shift").temperature == 0.9
    assert ALL_SET.sampling("shift").top_k == 40


def test_metre_of_a_piece_without_a_primer():
    assert ComposeSettings(metre="6/8").first_metres() == (Metre(0, 6, 8),)
    assert ComposeSettings().first_metres() == (Metre(0, 4, 4),)
    assert ComposeSettings().all_bars == 16


def test_a_pickup_is_a_short_bar_before_the_others():
    assert ALL_SET.first_metres() == (Metre(0, 1, 8), Metre(12, 6, 8))
    assert ALL_SET.all_bars == 9
    dotted = ComposeSettings(metre="3/4", pickup=0.75)
    assert dotted.first_metres() == (Metre(0, 3, 16), Metre(18, 3, 4))


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"bars": 0}, "bars 0 is not between 1 and 1000"),
        ({"bars": 10_000}, "bars 10000 is not between 1 and 1000"),
        ({"bars": None}, "a number of bars or of notes"),
        ({"notes": 0}, "notes 0 is not between 1 and 20000"),
        ({"temperature": -1}, "temperature -1 is not between 0"),
        ({"field_temperature": {"pitch": 9}}, "temperature 9 is not between 0"),
        ({"variations": 0}, "variations 0"),
        ({"seed": -1}, "seed -1"),
        ({"pickup": 4.0}, "a pickup of 4 quarters is not shorter than a bar of 4/4"),
        ({"pickup": -1.0}, "a pickup of -1 quarters"),
        ({"pickup": 0.01}, "a pickup of 0.01 quarters"),
        ({"pickup": 1 / 3}, "no metre has bars of 8 ticks"),
        ({"transpose": 25}, "transpose 25 is not between -24 and 24"),
        ({"parts": 17}, "parts 17 is not between 0 and 16"),
        ({"top_p": 0}, "top-p 0"),
        ({"tempo": 0}, "tempo 0 is not between 10 and 400"),
        ({"tempo": float("nan")}, "tempo nan"),
        ({"program": 128}, "programme 128"),
        ({"metre": "4"}, "metre '4' is not two numbers"),
        ({"metre": "4/5"}, "4/5 is not a metre"),
        ({"key": "H"}, "'H' is not a key"),
        ({"lowest": 70, "highest": 60}, "the highest note, C4, lies below the lowest, Bb4"),
        ({"density": 4}, "density 4"),
        ({"grid": "64th"}, "grid '64th' is not one of any, 16th"),
        ({"max_copy": 2}, "max-copy 2 is not between 4 and 64"),
    ],
)
def test_values_out_of_bounds_are_refused_with_the_bounds(wrong, message):
    with pytest.raises(InvalidSetting, match=message):
        ComposeSettings(**wrong)


@pytest.mark.parametrize(
    "entry, message",
    [
        ({"barz": 4}, "'barz' is not a setting"),
        ({"bars": "4"}, r"Expected `int \| null`, got `str` - at `\$.bars`"),
        ({"bars": True}, r"got `bool` - at `\$.bars`"),
        ({"top_p": None}, r"got `null` - at `\$.top_p`"),
        ({"key": 5}, r"got `int` - at `\$.key`"),
        ({"from_home": 1}, r"got `int` - at `\$.from_home`"),
        ({"field_temperature": [1]}, r"got `array` - at `\$.field_temperature`"),
        ({"field_temperature": {"pitch": "hot"}}, r"got `str` - at `\$.field_temperature"),
    ],
)
def test_json_of_other_types_is_refused_with_its_place(entry, message):
    with pytest.raises(InvalidSetting, match=message):
        ComposeSettings.from_json(entry)


def test_rhythm_tail_scales_the_share_that_top_p_leaves_out():
    settings = ComposeSettings(top_p=0.9, rhythm_tail=0.1)
    shares = {name: settings.sampling(name).top_p for name in ("shift", "pitch", "duration")}
    assert shares == {"shift": 0.99, "pitch": 0.9, "duration": 0.99}
    whole = ComposeSettings(top_p=0.97, rhythm_tail=1.0)
    assert whole.sampling("shift").top_p == 0.97
    with pytest.raises(InvalidSetting, match="rhythm-tail"):
        ComposeSettings(rhythm_tail=1.5)


def test_settings_of_version_1_have_the_defaults_of_their_time() -> None:
    """Files and links written before a setting was added do not name it."""
    old = ComposeSettings.from_json({"bars": 8, "seed": 3, "key": "D minor"})
    assert (old.bars, old.seed, old.key, old.version) == (8, 3, "D minor", 1)
    assert (old.endings, old.transpose, old.pickup, old.parts) == (0, 0, 0.0, 0)
    assert (old.counterpoint, old.form, old.span, old.silence) == (0.0, "", 0, 16.0)
    assert (old.rhythm_tail, old.from_home) == (1.0, False)
    assert old.draws_other_notes and not ComposeSettings().draws_other_notes


def test_settings_of_a_later_version_are_refused() -> None:
    entry = {**ComposeSettings().to_json(), "version": 99}
    with pytest.raises(InvalidSetting, match="later version"):
        ComposeSettings.from_json(entry)


def test_defaults_leave_the_style_to_the_collection() -> None:
    settings = ComposeSettings()
    assert all(getattr(settings, name) is None for name in NO_STYLE)
    assert settings.endings == 32 and settings.from_home
