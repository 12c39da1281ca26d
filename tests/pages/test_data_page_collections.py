"""Collections on the Data page: import, upload, rename, delete, read again."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from pathlib import Path

import pytest
import streamlit as st

from musicgen.corpus.change_token import ChangeTokens
from musicgen.corpus.collection import Collection
from musicgen.corpus.user import user_collections
from musicgen.errors import Cancelled
from musicgen.rendering.midi import midi_bytes
from musicgen.ui.data import open_collection
from tests.helpers.page_text import DATA, TRAIN, buttons, metrics, texts
from tests.helpers.small_collections import MUSIC, collection_of, file_of
from tests.helpers.tiny_music import tiny_pieces, write_folder

pytestmark = pytest.mark.slow


def test_a_folder_is_imported_by_its_path(open_page, tmp_path: Path):
    folder = write_folder(tmp_path / "my tunes", count=4)
    (folder / "words.txt").write_text("no music")
    page = open_page(DATA)
    page.text_input(key="import-path-0").set_value(str(folder)).run()
    page.button(key="import").click().run()
    assert not page.exception
    assert page.selectbox(key="collection").value == "my tunes"
    assert metrics(page)["Pieces"] == "4"
    assert [collection.name for collection in user_collections.own_collections()] == ["my tunes"]
    assert "1 file not taken in" in page.expander[0].label
    page.button(key="close-additions").click().run()
    assert not any("not taken in" in expander.label for expander in page.expander)


def import_path(page, path: str) -> None:
    page.text_input(key=f"import-path-{page.session_state['_additions']}").set_value(path).run()
    page.button(key="import").click().run()
    assert not page.exception


def test_the_path_of_a_zip_may_stand_in_quotes(open_page, tmp_path: Path):
    shutil.make_archive(str(tmp_path / "tunes"), "zip", write_folder(tmp_path / "songs", count=2))
    page = open_page(DATA)
    import_path(page, f"'{tmp_path / 'tunes.zip'}'")
    assert not page.error
    assert page.selectbox(key="collection").value == "tunes"
    assert metrics(page)["Pieces"] == "2"


def test_importing_a_folder_again_offers_a_choice(open_page, tmp_path: Path):
    folder = write_folder(tmp_path / "my tunes", count=2)
    page = open_page(DATA)
    import_path(page, str(folder))
    import_path(page, str(folder))
    assert "it is here as **my tunes**" in texts(page)
    page.button(key="again-not").click().run()
    assert "it is here" not in texts(page)
    write_folder(folder, count=3)
    import_path(page, str(folder))
    page.button(key="again-my tunes").click().run()
    assert [
        (collection.name, collection.files) for collection in user_collections.own_collections()
    ] == [("my tunes", 3)]
    assert metrics(page)["Pieces"] == "3"
    import_path(page, str(folder))
    page.button(key="again-another").click().run()
    assert page.selectbox(key="collection").value == "my tunes (2)"
    assert "it is here" not in texts(page)


def test_files_refused_at_import_are_listed_after_a_restart_too(open_page, tmp_path: Path):
    folder = write_folder(tmp_path / "my tunes", count=1)
    (folder / "words.txt").write_text("no music")
    import_path(open_page(DATA), str(folder))
    st.cache_resource.clear()  # a server that has started anew has nothing in memory
    page = open_page(DATA, collection="my tunes", view="Refused")
    assert metrics(page)["Refused files"] == "1"
    refused = ["words.txt", "'.txt' files are not read", "use MIDI, MusicXML, ABC or Humdrum"]
    assert page.dataframe[0].value.loc[0].tolist() == refused
    page = open_page(DATA, collection="my tunes", view="Pieces")
    status = page.dataframe[0].value.set_index("file").loc["words.txt", "status"]
    assert status == "refused: '.txt' files are not read"


def test_importing_a_folder_without_music_is_an_error_and_makes_no_collection(
    open_page, tmp_path: Path
):
    (tmp_path / "words.txt").write_text("no music")
    page = open_page(DATA)
    import_path(page, str(tmp_path))
    (error,) = page.error
    assert "nothing was imported" in error.value
    assert not page.expander or "not taken in" not in page.expander[0].label
    assert page.selectbox(key="collection").value == "bach-chorales"
    assert user_collections.own_collections() == ()


@pytest.mark.parametrize("path", ["/no/such/folder", "\0", "~nobody/x", "relative"])
def test_a_path_that_is_no_folder_is_an_error(open_page, path: str):
    page = open_page(DATA)
    page.text_input(key="import-path-0").set_value(path).run()
    page.button(key="import").click().run()
    assert not page.exception
    assert page.error
    assert user_collections.own_collections() == ()


def test_uploads_are_written_to_disk_at_once(open_page):
    page = open_page(DATA)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zip_file:
        zip_file.writestr("inside.mid", file_of((0, 24, 62), (24, 24, 65)))
    files = [
        ("one.mid", file_of((0, 24, 60), (24, 24, 64)), "audio/midi"),
        ("again.mid", file_of((0, 24, 60), (24, 24, 64)), "audio/midi"),
        ("more.zip", archive.getvalue(), "application/zip"),
    ]
    page.file_uploader[0].set_value(files).run()
    assert not page.exception
    assert page.selectbox(key="collection").value == "My music"
    assert metrics(page)["Pieces"] == "2"
    assert "1 file not taken in" in page.expander[0].label


def test_uploads_go_into_the_open_collection_and_outlive_a_restart(open_page):
    collection_of("mine", one=file_of((0, 24, 60), (24, 24, 64)))
    page = open_page(DATA, collection="mine")
    more = [
        ("set/two.mid", file_of((0, 24, 62), (24, 24, 65)), "audio/midi"),
        ("set/same.mid", file_of((0, 24, 60), (24, 24, 64)), "audio/midi"),
    ]
    page.file_uploader[1].set_value(more).run()  # a whole folder
    assert not page.exception
    assert page.selectbox(key="collection").value == "mine"
    assert "1 file not taken in" in page.expander[0].label
    st.cache_resource.clear()  # a server that has started anew has nothing in memory
    page = open_page(DATA, collection="mine", view="Pieces")
    assert list(page.dataframe[0].value["file"]) == ["one.mid", "set/two.mid"]


def test_a_collection_is_renamed_and_deleted_after_a_confirmation(open_page):
    collection_of("drafts", one=file_of((0, 24, 60)))
    page = open_page(DATA, collection="drafts")
    page.text_input(key="new-name-drafts").set_value("../out").run()
    page.button(key="rename-drafts").click().run()
    assert "cannot be a name" in page.error[0].value
    page.text_input(key="new-name-drafts").set_value("U\u0308bungen").run()
    page.button(key="rename-drafts").click().run()
    assert page.selectbox(key="collection").value == "Übungen"
    assert not page.warning
    assert page.button(key="delete-Übungen").disabled
    page.checkbox(key="sure-Übungen").check().run()
    page.button(key="delete-Übungen").click().run()
    assert user_collections.own_collections() == ()
    assert page.selectbox(key="collection").value == "bach-chorales"
    assert not page.warning
    (restore,) = [button for button in page.button if button.label == "Restore"]
    restore.click().run()
    assert page.selectbox(key="collection").value == "Übungen"
    assert metrics(page)["Pieces"] == "1"


def test_a_late_click_deletes_no_collection_but_the_one_that_it_names(open_page):
    collection_of("drafts", one=file_of((0, 24, 60)))
    collection_of("finished", one=file_of((0, 24, 60)))
    page = open_page(DATA, collection="drafts")
    page.checkbox(key="sure-drafts").check().run()
    button = page.button(key="delete-drafts")
    user_collections.delete("drafts")  # by another tab, before the click arrives here
    button.click().run()
    assert not page.exception
    assert user_collections.own_collection_names() == ("finished",)


def test_a_collection_deleted_by_another_tab_warns(open_page):
    collection_of("drafts", one=file_of((0, 24, 60)))
    page = open_page(DATA, collection="drafts")
    user_collections.delete("drafts")
    page.run()
    assert "“drafts” is not here any more" in page.warning[0].value
    assert page.selectbox(key="collection").value == "bach-chorales"
    assert not page.run().warning


def test_bundled_collections_cannot_be_changed(open_page):
    page = open_page(DATA)
    assert not buttons(page) & {"Rename", "Delete"}


@pytest.mark.parametrize("name", ["a/b", "..", "a\\b", " ", ".hidden"])
def test_an_invalid_name_for_uploads_is_an_error_or_replaced(open_page, name: str):
    page = open_page(DATA)
    page.selectbox(key="upload-target-bach-chorales").set_value(name).run()
    page.file_uploader[0].set_value([("one.mid", MUSIC["one note"], "audio/midi")]).run()
    assert not page.exception
    assert page.error or [collection.name for collection in user_collections.own_collections()] == [
        "My music"
    ]


def test_a_cancelled_reading_shows_the_files_read_so_far(open_page, monkeypatch):
    pieces = {f"piece {i}": midi_bytes(score) for i, score in enumerate(tiny_pieces(4))}
    collection_of("several", **pieces)
    read_all = open_collection.load_collection

    def cancelled_after_two(name: str, progress) -> Collection:
        def report(done: int, total: int) -> None:
            progress(done, total)
            if done == 2:
                raise Cancelled

        return read_all(name, report)

    monkeypatch.setattr(open_collection, "load_collection", cancelled_after_two)
    page = open_page(DATA, collection="several")
    assert metrics(page)["Pieces"] == "2"
    assert "was cancelled" in page.warning[0].value
    monkeypatch.setattr(open_collection, "load_collection", read_all)
    page.button(key="read-rest").click().run()
    assert metrics(page)["Pieces"] == "4"
    assert not page.warning


def test_a_collection_that_changes_on_disk_is_read_again(open_page):
    collection_of("growing", one=file_of((0, 24, 60)))
    page = open_page(DATA, collection="growing")
    assert metrics(page)["Pieces"] == "1"
    collection_of("growing", two=file_of((0, 24, 62), (24, 24, 64)))
    page.run()
    assert metrics(page)["Pieces"] == "2"


def test_a_rerun_walks_no_folder(open_page, home: Path, monkeypatch):
    collection_of("mine", one=file_of((0, 24, 60)), two=file_of((0, 24, 62), (24, 24, 64)))
    walks, walk = [], os.walk

    def counting_walk(folder, *arguments, **options):
        walks.append(Path(folder))
        return walk(folder, *arguments, **options)

    monkeypatch.setattr(os, "walk", counting_walk)
    tokens = ChangeTokens(clock=lambda: 0.0)  # no time passes: nothing is due to be checked again
    monkeypatch.setattr(open_collection, "change_token", tokens.token)
    for file in (DATA, TRAIN):
        page = open_page(file, collection="mine")
        walks.clear()
        assert not page.run().exception
        assert [folder for folder in walks if home in folder.parents] == []


def test_a_shared_server_takes_uploads_only(open_page, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("MUSICGEN_SHARED", "1")
    folder = write_folder(tmp_path / "my tunes", count=2)
    page = open_page(DATA)
    assert not [field for field in page.text_input if str(field.key).startswith("import-path")]
    assert "Import the folder or file" not in buttons(page)
    page = open_page(DATA, collection=str(folder))
    assert page.selectbox(key="collection").value == "bach-chorales"
    page.file_uploader[0].set_value([("one.mid", MUSIC["one note"], "audio/midi")]).run()
    assert page.selectbox(key="collection").value == "My music"
