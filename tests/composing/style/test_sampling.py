"""Settings filled in from styles."""

from collections import Counter
from dataclasses import replace

from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.metre_style import MetreStyle
from musicgen.composing.style.sampling import with_prompt_defaults, with_style_defaults
from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from tests.helpers.compose_settings import plain_settings

STYLES = (MetreStyle("3/4", 0.75, 100.0, 40), MetreStyle("2/4", 0.25, 120.0, 110))


def test_metres_are_sampled_in_proportion_by_the_seed() -> None:
    settings = [with_style_defaults(plain_settings(seed=seed), STYLES) for seed in range(400)]
    counts = Counter((one.metre, one.tempo, one.program) for one in settings)
    assert set(counts) == {("3/4", 100.0, 40), ("2/4", 120.0, 110)}
    assert 260 < counts["3/4", 100.0, 40] < 340
    again = [with_style_defaults(plain_settings(seed=seed), STYLES) for seed in range(400)]
    assert settings == again


def test_upbeats_are_sampled_in_proportion() -> None:
    styles = (MetreStyle("3/4", 1.0, 100.0, 40, pickups={"0": 0.25, "1": 0.75}, parts=4),)
    settings = [with_style_defaults(ComposeSettings(seed=seed), styles) for seed in range(400)]
    counts = Counter(one.pickup for one in settings)
    assert set(counts) == {0.0, 1.0} and 260 < counts[1.0] < 340
    assert {one.parts for one in settings} == {4}
    assert [with_style_defaults(one, styles) for one in settings] == settings  # nothing left open


def test_a_form_is_sampled_and_cut_to_the_number_of_bars() -> None:
    styles = (MetreStyle("3/4", 1.0, 100.0, 40, forms=("ABAB", "ABCA"), span=20, silence=1.0),)
    settings = [
        with_style_defaults(ComposeSettings(bars=3, seed=seed), styles) for seed in range(100)
    ]
    counts = Counter(one.form for one in settings)
    assert set(counts) == {"ABA", "ABC"} and 30 < counts["ABA"] < 70
    assert {(one.span, one.silence) for one in settings} == {(20, 1.0)}
    assert with_style_defaults(ComposeSettings(bars=9), styles).form in ("ABAB", "ABCA")
    assert with_style_defaults(ComposeSettings(form="AAA"), styles).form == "AAA"


def test_chosen_settings_stay() -> None:
    chosen = plain_settings(metre="2/4", tempo=77.0, program=3)
    assert with_style_defaults(chosen, STYLES) == chosen
    assert with_style_defaults(plain_settings(metre="2/4"), STYLES).tempo == 120.0
    styles = (replace(STYLES[0], pickups={"1": 1.0}, forms=("AB",), span=20, silence=1.0),)
    plain = with_style_defaults(plain_settings(), styles)
    assert (plain.pickup, plain.form, plain.span, plain.silence) == (0.0, "", 0, 16.0)


def test_a_metre_without_a_style_has_no_upbeat_and_no_form() -> None:
    styles = (replace(STYLES[0], pickups={"1": 1.0}, forms=("ABAB",)), STYLES[1])
    settings = with_style_defaults(ComposeSettings(metre="7/8"), styles)
    assert (settings.metre, settings.pickup, settings.form) == ("7/8", 0.0, "")
    assert (settings.tempo, settings.program) == (100.0, 40)  # of the most common metre


def test_without_styles_there_is_no_upbeat_and_no_form() -> None:
    settings = with_style_defaults(ComposeSettings(), ())
    assert (settings.metre, settings.pickup, settings.form) == (None, 0.0, "")
    assert with_style_defaults(plain_settings(), ()) == plain_settings()


def test_a_prompt_has_its_own_metre_key_and_upbeat() -> None:
    styles = (replace(STYLES[0], pickups={"1": 1.0}, forms=("ABAB",), parts=4),)
    settings = with_prompt_defaults(ComposeSettings(), styles, Score(notes_from([(0, 24, 60)])))
    assert (settings.metre, settings.tempo, settings.program) == (None, None, None)
    assert (settings.pickup, settings.transpose, settings.form) == (0.0, 0, "")
    assert settings.parts == 4


def test_an_upbeat_of_a_prompt_is_not_counted_among_the_bars() -> None:
    metres = (Metre(0, 1, 4), Metre(48, 3, 4))
    prompt = Score(notes_from([(0, 48, 60), (48, 48, 62)]), metres=metres, resolution=48)
    settings = with_prompt_defaults(ComposeSettings(bars=8), (), prompt)
    assert (settings.pickup, settings.metre, settings.all_bars) == (1.0, "3/4", 9)
    assert with_prompt_defaults(ComposeSettings(pickup=0.0), (), prompt).pickup == 0.0
