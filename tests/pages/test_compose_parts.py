"""The Compose page with a model of `parts`: its settings, a piece, its link, other bars."""

from __future__ import annotations

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.ui.compose.form.state import widget_key
from tests.helpers.tiny_music import BAR, band_pieces
from tests.helpers.tiny_runs import write_run
from tests.pages.composed_pages import address, notes, press, session, shown, wait_until_composed


def _page(runs, compose_page, **query: str):
    write_run(runs, training=band_pieces(), encoding=PartsEncoding())
    return compose_page(**query)


def test_settings_that_the_model_takes(runs, compose_page):
    page = _page(runs, compose_page)
    toggles = [toggle.label for toggle in page.toggle]
    assert "Upbeat and form of the collection" in toggles
    assert "Close on the tonic" not in toggles
    assert page.selectbox(key=widget_key("program")).options[0] == "As in the collection"
    assert "In major and minor" in page.selectbox(key=widget_key("key")).help
    assert [part.name for part in notes(shown(page)).parts] == ["Cello", "Guitar", "Flute", "Drums"]


def test_a_piece_of_the_history_is_composed_again(runs, compose_page):
    page = _page(runs, compose_page)
    page.selectbox(key=widget_key("key")).set_value("D minor")
    page.number_input(key=widget_key("bars")).set_value(4)
    page.toggle(key=widget_key("keep_seed")).set_value(True)
    page = press(page, "compose")
    first = shown(page)
    assert (first.settings.key, first.settings.ensemble is None) == ("D minor", False)
    query = {name: value for name, value in address(page).items() if name != "piece"}
    again = wait_until_composed(compose_page(**query))
    assert shown(again).id != first.id
    assert notes(shown(again)) == notes(first)
    # The form is that of the piece: the same notes once more, and nothing is turned off.
    assert again.toggle(key=widget_key("collection_style")).value
    assert again.session_state[widget_key("close")]
    again.toggle(key=widget_key("keep_seed")).set_value(True)
    again = press(again, "compose")
    assert notes(shown(again)) == notes(first)


def test_bars_are_composed_again_in_all_parts(runs, compose_page):
    page = _page(runs, compose_page)
    before = notes(shown(page))
    page.button_group(key="compose-view").set_value("Change")
    page.run()
    page.number_input(key="infill-first").set_value(3)
    page.run()
    page.number_input(key="infill-last").set_value(4)
    page.run()
    page = press(page, "infill")
    assert not session(page).error
    after = notes(shown(page))
    assert after.parts == before.parts
    inside = [(n["start"] >= 2 * BAR) & (n["start"] < 4 * BAR) for n in (before.notes, after.notes)]
    assert after.notes[~inside[1]].tolist() == before.notes[~inside[0]].tolist()
