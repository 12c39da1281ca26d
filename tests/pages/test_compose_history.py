"""The history of the Compose page, and the files that make a piece again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from musicgen.composing.records.saved_pieces import delete, list_pieces
from musicgen.score import Score
from musicgen.ui.compose.piece.downloads import settings_file
from musicgen.ui.compose.piece_cache import score_of
from tests.helpers.composed_pages import address, finished, notes, press, shown
from tests.helpers.page_text import texts
from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run


def open_history(page: AppTest) -> AppTest:
    page.session_state["history"] = True
    return page.run()


def choose(page: AppTest, *rows: int) -> AppTest:
    """Choose rows of the history's table, as a click does."""
    key = f"history-{page.session_state['_history_turn']}"
    selection = {"rows": list(rows), "columns": [], "cells": []}
    page.session_state[key] = {"selection": selection}
    page.run()
    assert not page.exception, page.exception
    return page


def test_a_piece_of_the_history_is_opened_starred_and_named(runs, compose_page):
    write_run(runs)
    page = press(compose_page(), "compose")
    latest, first = list_pieces()
    page = choose(open_history(page), 1)
    page.button(key="history-star").click().run()
    assert [piece.starred for piece in list_pieces()] == [False, True]
    page = choose(page, 1)
    page.text_input(key=f"history-name-{first.id}").set_value('dusk / "<night>"').run()
    page.button(key="history-rename").click().run()
    assert [piece.name for piece in list_pieces()] == [latest.name, 'dusk / "<night>"']
    page = choose(page, 1)
    page = press(page, "history-open")
    assert score_of(shown(page)).name == shown(page).name == 'dusk / "<night>"'
    assert page.number_input(key="ask-seed").value == first.settings.seed
    assert address(page)["piece"] == first.id


def test_what_the_model_decided_for_a_piece_is_left_to_the_next_model_again(runs, compose_page):
    write_run(runs, "slow", training=with_habit(tempo=66.0, program=40))
    write_run(runs, "fast", training=with_habit(tempo=180.0, program=73))
    page = compose_page(model="slow")
    page.number_input(key="ask-bars").set_value(3)
    page.selectbox(key="ask-metre").set_value("3/4")
    page.select_slider(key="ask-candidates").set_value(1)
    page = press(page, "compose")
    piece, link = shown(page), address(page)
    assert (piece.settings.tempo, piece.settings.program) == (66, 40)
    opened = press(choose(open_history(compose_page()), 0), "history-open")
    for page in (compose_page(**link), opened):
        assert page.number_input(key="ask-tempo").value is None
        assert page.selectbox(key="ask-program").value == -1
        assert page.number_input(key="ask-max_copy").value is None
        assert page.selectbox(key="ask-metre").value == "3/4"  # which somebody chose
    page.select_slider(key="ask-candidates").set_value(1)
    assert shown(press(page, "compose")).midi == piece.midi
    page.selectbox(key="compose-run").set_value("fast")
    settings = shown(press(finished(page), "compose")).settings
    assert (settings.tempo, settings.program, settings.metre) == (180, 73, "3/4")


def with_habit(tempo: float, program: int) -> list[Score]:
    """Small pieces of one tempo and one instrument."""
    scores = []
    for score in tiny_pieces():
        notes = score.notes.copy()
        notes["program"] = program
        scores.append(replace(score, notes=notes, tempo=tempo))
    return scores


def test_pieces_are_compared_and_deleted_after_a_question(runs, compose_page):
    write_run(runs)
    page = press(compose_page(), "compose")
    page = choose(open_history(page), 0, 1)
    compared = page.dataframe[-1].value
    assert list(compared.columns) == [f"{n}. {p.name}" for n, p in enumerate(list_pieces(), 1)]
    assert "scale consistency" in compared.index
    assert len(list_pieces()) == 2
    page.button(key="delete").click().run()
    assert not list_pieces()
    assert finished(page).session_state["desk"].piece is None


def test_a_settings_file_makes_the_piece_again(runs, compose_page):
    write_run(runs)
    page = compose_page()
    piece = shown(page)
    before = notes(piece)
    data = settings_file(piece)
    delete(piece.id)
    page = open_history(compose_page())
    page.file_uploader(key="settings-file").upload("piece.json", data, "application/json")
    again = shown(finished(page))
    assert (again.id != piece.id, notes(again)) == (True, before)


def test_its_midi_makes_the_piece_again_as_well(runs, compose_page):
    write_run(runs)
    piece = shown(compose_page())
    data = piece.midi
    delete(piece.id)
    page = open_history(compose_page())
    page.file_uploader(key="settings-file").upload("piece.mid", data, "audio/midi")
    again = shown(finished(page))
    assert (again.id != piece.id, again.midi) == (True, data)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"[" * 10_000, b'{"settings": {"bars": 0}}'])
def test_a_settings_file_that_is_none_is_refused(runs, compose_page, data):
    write_run(runs)
    page = open_history(compose_page())
    page.file_uploader(key="settings-file").upload("piece.json", data, "application/json")
    assert "piece\\.json cannot be used" in texts(finished(page))
