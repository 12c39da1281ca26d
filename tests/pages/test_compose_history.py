"""History of the Compose page, and files that compose a piece again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from musicgen.composing.records.saved_pieces import (
    SavedPiece,
    delete,
    list_pieces,
    rename,
    save_piece,
)
from musicgen.composing.settings import ComposeSettings
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score
from musicgen.ui.compose.piece.downloads import settings_file
from musicgen.ui.compose.piece_cache import score_of
from tests.helpers.page_text import select_rows, texts
from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run
from tests.pages.composed_pages import (
    address,
    delete_key,
    notes,
    open_history,
    press,
    session,
    shown,
    wait_until_composed,
)

pytestmark = pytest.mark.slow

TABLE = "history-table"


def select(page: AppTest, *pieces: SavedPiece) -> AppTest:
    page = select_rows(page, TABLE, *(piece.id for piece in pieces))
    assert not page.exception, page.exception
    return page


def save(name: str, seed: int = 0, primer: str = "") -> SavedPiece:
    """Save a small piece, as another tab of the page would."""
    midi = midi_bytes(tiny_pieces(1)[0])
    settings = ComposeSettings(seed=seed)
    return save_piece(
        midi, "tiny@epoch-0002", settings, 0, {}, datetime.now(UTC), name=name, primer=primer
    )


def test_a_piece_is_starred_renamed_and_opened(runs, compose_page):
    write_run(runs)
    page = press(compose_page(), "compose")
    latest, first = list_pieces()
    page = select(open_history(page), first)
    page.button(key=f"history-star-{first.id}").click().run()
    assert [piece.starred for piece in list_pieces()] == [False, True]
    page = select(page, first)
    page.text_input(key=f"history-name-{first.id}").set_value('dusk / "<night>"').run()
    page.button(key=f"history-rename-{first.id}").click().run()
    assert [piece.name for piece in list_pieces()] == [latest.name, 'dusk / "<night>"']
    page = select(page, first)
    seed = page.number_input(key="form-seed").value
    page = press(page, f"history-open-{first.id}")
    assert score_of(shown(page)).name == shown(page).name == 'dusk / "<night>"'
    assert page.number_input(key="form-seed").value == seed  # opening changes no setting
    assert address(page)["piece"] == first.id


def test_after_a_piece_is_opened_the_next_one_is_not_the_same_again(runs, compose_page):
    write_run(runs)
    page = press(compose_page(), "compose")
    first = list_pieces()[-1]
    page = select(open_history(page), first)
    page = press(page, f"history-open-{first.id}")
    page = press(page, "compose")
    assert shown(page).settings.seed != first.settings.seed
    assert notes(shown(page)) != notes(first)


def test_a_piece_that_another_tab_adds_does_not_move_the_selection(runs, compose_page):
    write_run(runs)
    save("other")
    chosen = save("chosen")
    page = select(open_history(compose_page()), chosen)
    added = save("added by another tab")
    page.run()
    assert "Delete chosen? It can be restored from the bin for 30 days." in texts(page)
    page.button(key=delete_key(chosen)).click().run()
    assert [piece.name for piece in list_pieces()] == [added.name, "other"]


def test_the_piece_that_is_deleted_is_the_one_that_the_question_names(runs, compose_page):
    write_run(runs)
    save("other")
    chosen = save("chosen")
    page = select(open_history(compose_page()), chosen)
    assert "Delete chosen? It can be restored from the bin for 30 days." in texts(page)
    save("added by another tab")  # after the question was read, before it is answered
    page.button(key=delete_key(chosen)).click().run()
    assert [piece.name for piece in list_pieces()] == ["added by another tab", "other"]


def test_a_piece_that_another_tab_renames_and_deletes_is_shown_so(runs, compose_page):
    write_run(runs)
    piece = save("chosen")
    page = compose_page(piece=piece.id)
    rename(piece.id, "evening")
    page.run()
    assert "**evening**" in texts(page)
    delete(piece.id)
    page.run()
    assert not page.exception
    message = "'evening' was deleted on another page: restore it from the bin under All pieces"
    assert [error.value.replace("\\", "") for error in page.error] == [message]


@pytest.mark.parametrize("action", ["star", "rename", "open"])
def test_actions_act_on_the_selected_piece_though_another_tab_deleted_one(
    runs, compose_page, action
):
    write_run(runs)
    other, chosen, latest = save("other", 1), save("chosen", 2), save("latest", 3)
    page = select(open_history(compose_page()), chosen)
    if action == "rename":
        page.text_input(key=f"history-name-{chosen.id}").set_value("new name").run()
    delete(latest.id)
    page.button(key=f"history-{action}-{chosen.id}").click().run()
    assert not page.exception
    changed, unchanged = list_pieces()
    assert (changed.id, unchanged) == (chosen.id, other)
    assert changed.starred == (action == "star")
    assert changed.name == ("new name" if action == "rename" else "chosen")
    if action == "open":
        assert shown(wait_until_composed(page)).id == chosen.id


def test_what_a_model_chose_for_a_piece_is_left_to_the_next_model(runs, compose_page):
    write_run(runs, "slow", training=pieces_in_style(tempo=66.0, program=40))
    write_run(runs, "fast", training=pieces_in_style(tempo=180.0, program=73))
    page = compose_page(model="slow")
    page.number_input(key="form-bars").set_value(3)
    page.selectbox(key="form-metre").set_value("3/4")
    page.select_slider(key="form-candidates").set_value(1)
    page = press(page, "compose")
    piece, link = shown(page), address(page)
    assert (piece.settings.tempo, piece.settings.program) == (66, 40)
    page = compose_page(**link)
    assert page.number_input(key="form-tempo").value is None
    assert page.selectbox(key="form-program").value == -1
    assert page.number_input(key="form-max_copy").value is None
    assert page.selectbox(key="form-metre").value == "3/4"  # not the model's choice
    page.select_slider(key="form-candidates").set_value(1)
    page.toggle(key="form-keep_seed").set_value(True)
    assert shown(press(page, "compose")).midi == piece.midi
    page.selectbox(key="compose-run").set_value("fast")
    settings = shown(press(wait_until_composed(page), "compose")).settings
    assert (settings.tempo, settings.program, settings.metre) == (180, 73, "3/4")


def pieces_in_style(tempo: float, program: int) -> list[Score]:
    """Small pieces of one tempo and one instrument."""
    scores = []
    for score in tiny_pieces():
        notes = score.notes.copy()
        notes["program"] = program
        scores.append(replace(score.with_notes(notes), tempo=tempo))
    return scores


def test_the_table_has_the_columns_for_which_the_page_has_room(runs, compose_page):
    write_run(runs)
    page = open_history(press(compose_page(), "compose"))
    columns = "★ name composed model notes shared".split()
    assert list(page.dataframe[-1].value.columns) == columns
    save("from a file", primer="tune.mid")
    assert list(page.run().dataframe[-1].value.columns) == [*columns, "origin"]


def test_pieces_are_compared_and_deleted(runs, compose_page):
    write_run(runs)
    page = press(compose_page(), "compose")
    pieces = list_pieces()
    page = select(open_history(page), *pieces)
    table = page.dataframe[-1].value
    assert list(table.columns) == [f"{n}. {piece.name}" for n, piece in enumerate(pieces, 1)]
    assert "scale consistency" in table.index
    page.button(key=delete_key(*pieces)).click().run()
    assert not list_pieces()
    assert session(wait_until_composed(page)).piece is None


def test_a_settings_file_composes_its_piece_again(runs, compose_page):
    write_run(runs)
    piece = shown(compose_page())
    score, data = notes(piece), settings_file(piece)
    delete(piece.id)
    page = open_history(compose_page())
    page.file_uploader(key="settings-file").upload("piece.json", data, "application/json")
    again = shown(wait_until_composed(page))
    assert (again.id != piece.id, notes(again)) == (True, score)


def test_a_midi_file_composes_its_piece_again(runs, compose_page):
    write_run(runs)
    piece = shown(compose_page())
    data = piece.midi
    delete(piece.id)
    page = open_history(compose_page())
    page.file_uploader(key="settings-file").upload("piece.mid", data, "audio/midi")
    again = shown(wait_until_composed(page))
    assert (again.id != piece.id, again.midi) == (True, data)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"[" * 10_000, b'{"settings": {"bars": 0}}'])
def test_a_file_without_settings_is_refused(runs, compose_page, data):
    write_run(runs)
    page = open_history(compose_page())
    page.file_uploader(key="settings-file").upload("piece.json", data, "application/json")
    assert "piece\\.json cannot be used" in texts(wait_until_composed(page))
