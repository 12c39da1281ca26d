"""A composed piece on the Compose page: its originality, other bars, more bars, its parts."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from musicgen.composing.editing.change import Change
from musicgen.composing.editing.edited_pieces import add_edits
from musicgen.composing.records.saved_pieces import delete, read_piece
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.rendering.midi import midi_bytes
from musicgen.ui.compose.form.state import widget_key
from tests.helpers.page_text import select_rows, texts
from tests.helpers.tiny_music import BAR, band_pieces, tiny_pieces, write_folder
from tests.helpers.tiny_runs import planted_copy, write_run
from tests.pages.composed_pages import (
    address,
    notes,
    press,
    session,
    shown,
    wait_until_composed,
)


def test_originality_is_that_of_the_piece(runs, compose_page):
    training = tiny_pieces()
    write_run(runs, training=training)
    page = compose_page()
    page.button_group(key="compose-view").set_value("Originality")
    page.run()
    labels = [metric.label for metric in page.metric]
    assert labels[:2] == ["Longest shared passage", "Notes in shared passages"]
    assert shown(page).settings.max_copy
    assert shown(page).facts["originality"]["longest_run"] <= shown(page).settings.max_copy


def test_the_view_of_a_piece_is_in_its_address(runs, compose_page):
    write_run(runs, training=tiny_pieces())
    page = compose_page()
    page.button_group(key="compose-view").set_value("Originality").run()
    first = address(page)
    assert (first["piece"], first["compose-view"]) == (shown(page).id, "Originality")
    page = press(page, "compose")
    assert address(page)["piece"] == shown(page).id != first["piece"]
    assert address(page)["compose-view"] == "Originality"
    page.button_group(key="compose-view").set_value("How good").run()
    assert "compose-view" not in address(page)
    page = compose_page(**first)  # as Back leads to it
    assert shown(page).id == first["piece"]
    assert page.metric[0].label == "Longest shared passage"


@pytest.mark.parametrize(("count", "compares"), [(12, True), (3, False)])
def test_a_piece_is_compared_with_no_few_training_pieces(runs, compose_page, count, compares):
    write_run(runs, training=tiny_pieces(count))
    page = compose_page()
    page.button_group(key="compose-view").set_value("How good").run()
    assert not page.exception
    assert ("This piece among those of the collection" in texts(page)) == compares
    assert ("The model learned from 3 pieces: too few" in texts(page)) != compares


def test_a_copied_passage_is_shown_beside_its_source(runs, home, compose_page):
    write_folder(home / "collections/tunes")
    write_run(runs, source="tunes", training=tiny_pieces())
    copy = planted_copy()
    page = compose_page(piece=copy.id)
    page.button_group(key="compose-view").set_value("Originality")
    page.run()
    assert page.metric[0].value == "20 notes"
    table = page.dataframe[0].value.iloc[0]
    assert (table["bar"], table["source"], table["semitones"]) == (3, "melody 03", 5)
    key = f"matches-{copy.id}"
    page = select_rows(page, key, page.session_state["_tables"][key].ids[0])
    assert not page.exception
    assert "**In melody 03**, bar 1" in texts(page)
    assert len(page.get("plotly_chart")) == 2 and len(page.get("audio")) == 2


def test_edits_of_a_closed_tab_are_measured_where_the_piece_is_opened(runs, home, compose_page):
    write_run(runs, training=tiny_pieces())
    copy = planted_copy()
    row = tuple(int(value) for value in notes(copy).notes[0][["start", "duration", "pitch"]])
    higher = Change("Move 1 note", ((*row, 80, 0),), ((row[0], row[1], row[2] + 1, 80, 0),))
    child = add_edits(copy.id, "0123abcd", 0, [higher], midi_bytes, datetime.now(UTC))
    assert "metrics" not in child.facts
    page = compose_page(piece=child.id)
    assert shown(page).facts["metrics"]["pitch range"] > 0
    assert read_piece(child.id).facts["originality"]["longest_run"] > 0


def test_bars_are_composed_again_and_the_others_stay(runs, compose_page):
    write_run(runs, training=tiny_pieces())
    page = compose_page()
    before = notes(shown(page)).notes
    page.button_group(key="compose-view").set_value("Change")
    page.run()
    page.number_input(key="infill-first").set_value(3)
    page.run()
    page.number_input(key="infill-last").set_value(12)
    page.run()
    page = press(page, "infill")
    after = notes(shown(page)).notes
    assert "bars 3 to 12 of" in shown(page).primer
    inside = [(table["start"] >= 192) & (table["start"] < 12 * 96) for table in (before, after)]
    columns = ["start", "pitch", "duration"]
    outside = [table[~rows][columns] for table, rows in zip((before, after), inside, strict=True)]
    assert (outside[0] == outside[1]).all()
    assert list(before[inside[0]]) != list(after[inside[1]])
    assert "settings" not in address(page)


def test_a_piece_is_continued_and_varied(runs, compose_page):
    write_run(runs)
    page = compose_page()
    first = shown(page)
    page.button_group(key="compose-view").set_value("Change")
    page = press(page.run(), "wilder")
    assert shown(page).settings.seed == first.settings.seed
    assert shown(page).settings.temperature == pytest.approx(first.settings.temperature + 0.15)
    page = press(page, "continue")
    longer = shown(page)
    assert notes(longer).bars == 24
    prompt_notes = longer.facts["primer_notes"]
    assert 0 < prompt_notes < len(notes(longer))


def test_a_prompt_is_still_known_after_bars_behind_it_are_composed_again(runs, compose_page):
    write_run(runs, training=tiny_pieces())
    page = compose_page()
    page.button_group(key="compose-view").set_value("Change")
    page = press(page.run(), "continue")
    prompt_notes = shown(page).facts["primer_notes"]
    assert prompt_notes > 0
    page.number_input(key="infill-first").set_value(20)
    page.run()
    assert press(page, "infill") and shown(page).facts["primer_notes"] == prompt_notes
    page.number_input(key="infill-first").set_value(1)  # where at least one of the prompt begins
    page.run()
    assert press(page, "infill") and shown(page).facts["primer_notes"] == 0


def page_of_parts(runs, compose_page, **query: str):
    write_run(runs, training=band_pieces(), encoding=PartsEncoding())
    return compose_page(**query)


def test_settings_that_the_model_takes(runs, compose_page):
    page = page_of_parts(runs, compose_page)
    toggles = [toggle.label for toggle in page.toggle]
    assert "Upbeat and form of the collection" in toggles
    assert "Upbeat, key and parts of the collection" not in toggles
    assert page.selectbox(key=widget_key("program")).options[0] == "As in the collection"
    assert "In major and minor" in page.selectbox(key=widget_key("key")).help
    assert [part.name for part in notes(shown(page)).parts] == ["Flute", "Guitar", "Cello", "Drums"]


def test_other_parts_are_composed_for_a_melody(runs, compose_page):
    page = page_of_parts(runs, compose_page)
    page.button_group(key="prompt-kind").set_value("Notes")
    page.run()
    page.text_area(key="prompt-notes").set_value("C5/2 D5/2 E5/4 G5/2 F5/2 E5/4")
    page.toggle(key="prompt-melody").set_value(True)
    page = press(page, "compose")
    first = notes(shown(page))
    melody = first.notes[first.notes["part"] == 0]
    assert melody["pitch"].tolist() == [72, 74, 76, 79, 77, 76]
    assert melody["start"].tolist() == [0, 48, 96, 192, 240, 288]
    assert len(first.parts) == 4 and len(first) > 6
    assert shown(page).primer.startswith("around the melody of the notes C5/2")
    link = address(page)
    delete(shown(page).id)
    assert notes(shown(compose_page(**link))) == first


@pytest.mark.slow
def test_a_piece_of_the_history_is_composed_again(runs, compose_page):
    page = page_of_parts(runs, compose_page)
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
    page = page_of_parts(runs, compose_page)
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


def test_locked_parts_are_not_composed_again(runs, compose_page):
    page = _page_around(runs, compose_page)
    before = notes(shown(page))
    used = sorted(set(before.notes["part"].tolist()))
    page.button_group(key="compose-view").set_value("Change")
    session(page).locked[shown(page).id] = tuple(used)
    page.run()
    assert "All parts are locked" in texts(page)
    session(page).locked[shown(page).id] = tuple(used[1:])
    page = press(page.run(), "infill")
    assert not session(page).error
    after = notes(shown(page))
    for part in used[1:]:
        rows = [n[n["part"] == part].tolist() for n in (before.notes, after.notes)]
        assert rows[0] == rows[1]
    assert session(page).locked_parts(shown(page)) == tuple(used[1:])  # of the new piece too


def _page_around(runs, compose_page):
    write_run(runs, training=band_pieces(), encoding=PartsEncoding(given_first=True, chords=True))
    return compose_page()


def test_chords_are_typed_and_wrong_ones_named(runs, compose_page):
    page = _page_around(runs, compose_page)
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
    page = _page_around(runs, compose_page)
    before = notes(shown(page))
    name = "Flute"
    part = [p.name for p in before.parts].index(name)
    page.button_group(key="compose-view").set_value("Change")
    page.run()
    page.multiselect(key="infill-parts").set_value([part])
    page.number_input(key="infill-variations").set_value(2)
    page.number_input(key="infill-last").set_value(12)
    page.run()
    assert page.button(key="infill").label == "Compose bars 1 to 12, Flute again"
    page = press(page, "infill")
    answers = session(page).pieces[:2]
    assert [piece.name.split(", ")[-1] for piece in answers] == ["Flute (1)", "Flute (2)"]
    for piece in answers:
        tables = [score.notes[score.notes["part"] != part] for score in (before, notes(piece))]
        assert np.array_equal(tables[0][["start", "pitch"]], tables[1][["start", "pitch"]])
    assert notes(answers[0]) != notes(answers[1])


def test_a_piece_without_notes_has_all_its_views_and_is_edited_first(runs, compose_page):
    write_run(runs, training=tiny_pieces())
    page = compose_page()
    press(page, "blank-piece")
    piece = shown(page)
    assert piece.name == "My piece" and piece.facts["notes"] == 0
    assert page.session_state["roll-mode"] == "Edit"
    assert "too short to tell" not in texts(page)
    for view in ("How good", "Originality", "Change", "Takes", "Roll", "Score"):
        page.button_group(key="compose-view").set_value(view)
        page.run()
        assert not page.exception, view
        said = any("It has no notes yet" in info.value for info in page.info)
        assert said == (view != "Takes")
