"""Chords that are asked for, and bars of some parts, on the Compose page."""

from __future__ import annotations

import numpy as np

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.ui.compose.form.state import widget_key
from tests.helpers.tiny_music import band_pieces
from tests.helpers.tiny_runs import write_run
from tests.pages.composed_pages import address, notes, press, session, shown

AROUND = PartsEncoding(given_first=True, chords=True)


def _page(runs, compose_page):
    write_run(runs, training=band_pieces(), encoding=AROUND)
    return compose_page()


def test_chords_are_typed_and_wrong_ones_named(runs, compose_page):
    page = _page(runs, compose_page)
    page.text_input(key=widget_key("chords")).set_value("C | Xm")
    page.run()
    assert any("Bar 2" in caption.value and "Xm" in caption.value for caption in page.caption)
    page.text_input(key=widget_key("chords")).set_value("C | Am7 | F G")
    page = press(page.run(), "compose")
    assert shown(page).settings.chords == "C | Am7 | F G"
    assert shown(page).settings.key == "C major"
    assert "settings" in address(page)  # the link names the chords, too


def test_models_without_chords_have_no_field_for_them(runs, compose_page):
    write_run(runs)
    page = compose_page()
    assert widget_key("chords") not in [field.key for field in page.text_input]
    assert shown(page).settings.chords == ""


def test_bars_of_a_part_are_composed_again_in_several_ways(runs, compose_page):
    page = _page(runs, compose_page)
    before = notes(shown(page))
    name = "Flute"
    part = [p.name for p in before.parts].index(name)
    page.button_group(key="compose-view").set_value("Change")
    page.run()
    page.multiselect(key="infill-parts").set_value([part])
    page.number_input(key="infill-variations").set_value(2)
    page.number_input(key="infill-first").set_value(3)
    page.run()
    page.number_input(key="infill-last").set_value(4)
    page.run()
    assert page.button(key="infill").label == "Compose bars 3 to 4, Flute again"
    page = press(page, "infill")
    answers = session(page).pieces[:2]
    assert [piece.name.endswith(f", Flute ({n})") for n, piece in enumerate(answers, 1)] == [True] * 2
    for piece in answers:
        tables = [score.notes[score.notes["part"] != part] for score in (before, notes(piece))]
        assert np.array_equal(tables[0][["start", "pitch"]], tables[1][["start", "pitch"]])
    assert notes(answers[0]) != notes(answers[1])
