from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pretty_midi
import pytest
import streamlit as st
from pages_words import numbers, texts
from tiny_music import tiny_pieces, write_folder

from musicgen.corpus import shelf
from musicgen.corpus.collection import Collection
from musicgen.corpus.errors import Cancelled
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from musicgen.ui import opening

DATA = "1_Data.py"
VIEWS = ("Notes", "Rhythm", "Playing", "Vocabulary", "Pieces", "Refused")
CORPORA = Path(__file__).parents[3] / "shared/corpora"


def file_of(*rows: tuple[int, ...]) -> bytes:
    return midi_bytes(Score(notes_from(rows)))


def collection_of(name: str, **files: bytes) -> str:
    shelf.add_files(name, [(f"{file}.mid", data) for file, data in files.items()])
    return name


def test_chorales_at_a_glance(open_page):
    page = open_page(DATA)
    shown = numbers(page)
    assert shown["Pieces"] == "409"
    assert shown["Refused files"] == "0"
    assert "enough for the small model" in texts(page)
    assert "have a twin under another name" in texts(page)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_by_its_link(open_page, view: str):
    page = open_page(DATA, collection="ryans-mammoth", view=view)
    assert page.selectbox(key="collection").value == "ryans-mammoth"
    assert page.segmented_control(key="view").value == view
    assert numbers(page)["Pieces"] == "1,059"


def test_links_to_what_is_not_there_are_answered(open_page):
    page = open_page(DATA, collection="<b>none</b> **at** all", view="Nonsense")
    assert "There is no collection" in page.warning[0].value
    assert "<b>" not in page.warning[0].value.replace("\\<b\\>", "")
    assert page.segmented_control(key="view").value == "Notes"


def test_slider_and_kind_change_the_chart_and_nothing_is_read_again(open_page, monkeypatch):
    page = open_page(DATA)

    def never(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("musicgen.ui.opening.load_collection", never)
    page.segmented_control(key="kind").set_value("Chords")
    page.slider(key="most").set_value(10).run()
    assert not page.exception
    assert "**Most frequent chords**" in texts(page)


def test_no_view_reads_again_and_counts_can_be_on_a_log_scale(open_page, monkeypatch):
    page = open_page(DATA)

    def never(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("musicgen.ui.opening.load_collection", never)
    page.toggle(key="log").set_value(True).run()
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert figure["layout"]["yaxis"]["type"] == "log"
    for view in VIEWS:
        page.segmented_control(key="view").set_value(view).run()
        assert not page.exception


def test_a_folder_is_imported_by_its_path(open_page, tmp_path: Path):
    folder = write_folder(tmp_path / "my tunes", count=4)
    (folder / "words.txt").write_text("no music")
    page = open_page(DATA)
    page.text_input(key="import-path-0").set_value(str(folder)).run()
    page.button(key="import").click().run()
    assert not page.exception
    assert page.selectbox(key="collection").value == "my tunes"
    assert numbers(page)["Pieces"] == "4"
    assert [each.name for each in shelf.shelved()] == ["my tunes"]
    assert "1 file not taken in" in page.expander[0].label
    page.button(key="put-away").click().run()
    assert not any("not taken in" in each.label for each in page.expander)


@pytest.mark.parametrize("path", ["/no/such/folder", "\0", "~nobody/x", "relative"])
def test_a_path_that_is_no_folder_is_answered(open_page, path: str):
    page = open_page(DATA)
    page.text_input(key="import-path-0").set_value(path).run()
    page.button(key="import").click().run()
    assert not page.exception
    assert page.error
    assert shelf.shelved() == ()


def test_uploads_are_on_disk_at_once(open_page):
    page = open_page(DATA)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("inside.mid", file_of((0, 24, 62), (24, 24, 65)))
    files = [
        ("one.mid", file_of((0, 24, 60), (24, 24, 64)), "audio/midi"),
        ("again.mid", file_of((0, 24, 60), (24, 24, 64)), "audio/midi"),
        ("more.zip", archive.getvalue(), "application/zip"),
    ]
    page.file_uploader[0].set_value(files).run()
    assert not page.exception
    assert page.selectbox(key="collection").value == "My music"
    assert numbers(page)["Pieces"] == "2"
    assert "1 file not taken in" in page.expander[0].label


def test_uploads_go_into_the_collection_that_is_open_and_are_there_after_a_restart(open_page):
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


def test_rename_and_delete_ask_first(open_page):
    collection_of("drafts", one=file_of((0, 24, 60)))
    page = open_page(DATA, collection="drafts")
    page.text_input(key="new-name-drafts").set_value("../out").run()
    page.button(key="rename-collection").click().run()
    assert "cannot be a name" in page.error[0].value
    page.text_input(key="new-name-drafts").set_value("songs").run()
    page.button(key="rename-collection").click().run()
    assert page.selectbox(key="collection").value == "songs"
    assert page.button(key="delete-collection").disabled
    page.checkbox(key="sure-songs").check().run()
    page.button(key="delete-collection").click().run()
    assert shelf.shelved() == ()
    assert page.selectbox(key="collection").value == "bach-chorales"


def test_bundled_collections_cannot_be_changed(open_page):
    page = open_page(DATA)
    assert not [each for each in page.button if each.key == "delete-collection"]


def drums_only() -> bytes:
    midi = pretty_midi.PrettyMIDI()
    midi.instruments.append(pretty_midi.Instrument(0, is_drum=True))
    midi.instruments[0].notes = [
        pretty_midi.Note(80, 38, beat / 2, beat / 2 + 0.1) for beat in range(8)
    ]
    file = io.BytesIO()
    midi.write(file)
    return file.getvalue()


STATES = {
    "one note": ({"one": file_of((0, 24, 60))}, "1", "too few to train on"),
    "only refused": ({"broken": b"MThd nothing"}, "0", "No notes yet"),
    "drums only": ({"drums": drums_only()}, "0", "No notes yet"),
}


@pytest.mark.parametrize("name", STATES)
def test_poor_collections_have_their_state(open_page, name: str):
    files, pieces, said = STATES[name]
    collection_of(name, **files)
    page = open_page(DATA, collection=name)
    assert numbers(page)["Pieces"] == pieces
    assert said in texts(page)


def two_hours() -> bytes:
    """A note every second quarter of 120 a minute, for two hours."""
    return file_of(*((48 * i, 24, 40 + i % 40) for i in range(7200)))


MUSIC = {"one note": file_of((0, 24, 60)), "one piece": midi_bytes(tiny_pieces(1)[0])}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", MUSIC)
def test_every_view_of_little_music(open_page, name: str, view: str):
    collection_of(name, one=MUSIC[name])
    page = open_page(DATA, collection=name, view=view)
    assert numbers(page)["Pieces"] == "1"
    assert page.segmented_control(key="view").value == view


def test_the_only_piece_is_what_a_model_learns_from(open_page):
    collection_of("one piece", one=MUSIC["one piece"])
    page = open_page(DATA, collection="one piece", view="Pieces")
    assert list(page.dataframe[0].value["split"]) == ["train"]


def test_a_piece_of_two_hours(open_page):
    collection_of("long", hours=two_hours())
    page = open_page(DATA, collection="long", view="Pieces", piece="hours.mid")
    assert numbers(page)["Music"] == "2.0 h"
    assert list(page.dataframe[0].value["length"]) == ["2:00:00"]
    assert "The first 4,000 of 7,200 notes." in texts(page)
    next(each for each in page.button if each.label == "Make its sound").click().run()
    assert "the piece lasts 120 minutes" in texts(page)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_two_hours(open_page, view: str):
    collection_of("long", hours=two_hours())
    assert numbers(open_page(DATA, collection="long", view=view))["Notes"] == "7,200"


def test_an_empty_collection_says_how_to_fill_it(open_page, home: Path):
    (home / "collections" / "empty").mkdir(parents=True)
    page = open_page(DATA, collection="empty")
    assert numbers(page)["Pieces"] == "0"
    assert "Add music" in texts(page)


def test_names_with_markup_stay_names(open_page):
    name = "**bold** 'q' \"d\" 🎵 [x](y) $a$.mid"
    shelf.add_files("odd", [(name, file_of((0, 24, 60), (24, 24, 67)))])
    page = open_page(DATA, collection="odd", view="Pieces")
    assert len(page.dataframe[0].value) == 1


ODD = "Bob's “best” 🎵 [x] (y) $a$"
ODD_FILE = "a 'b' \"c\" & <i> 🎻 #1?.mid"
ODD_REFUSED = "<b> no & music 🎹.mid"


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_odd_names(open_page, view: str, tmp_path: Path):
    folder = tmp_path / ODD
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / ODD_FILE).write_bytes(MUSIC["one piece"])
    (folder / ODD_REFUSED).write_bytes(b"no")
    name = shelf.import_folder(folder).name
    assert name == "Bob's best x (y) a"
    page = open_page(DATA, collection=name, view=view, piece=f"sub/{ODD_FILE}")
    assert page.selectbox(key="collection").value == name
    assert numbers(page)["Pieces"] == "1"
    if view == "Pieces":
        assert list(page.dataframe[0].value["file"]) == [f"sub/{ODD_FILE}", ODD_REFUSED]
        assert any(each.label == "Make its sound" for each in page.button)
        assert page.query_params["piece"] == f"sub/{ODD_FILE}"


@pytest.mark.parametrize("name", ["a/b", "..", "a\\b", " ", ".hidden"])
def test_a_name_that_cannot_be_a_collections_is_answered(open_page, name: str):
    page = open_page(DATA)
    page.selectbox(key="upload-target-bach-chorales").set_value(name).run()
    page.file_uploader[0].set_value([("one.mid", MUSIC["one note"], "audio/midi")]).run()
    assert not page.exception
    assert page.error or [each.name for each in shelf.shelved()] == ["My music"]


def test_a_reading_that_is_cancelled_keeps_what_was_read(open_page, monkeypatch):
    pieces = {f"piece {i}": midi_bytes(score) for i, score in enumerate(tiny_pieces(4))}
    collection_of("several", **pieces)
    whole = opening.load_collection

    def cancelled_after_two(name: str, told) -> Collection:
        def tell(done: int, total: int) -> None:
            told(done, total)
            if done == 2:
                raise Cancelled

        return whole(name, tell)

    monkeypatch.setattr(opening, "load_collection", cancelled_after_two)
    page = open_page(DATA, collection="several")
    assert numbers(page)["Pieces"] == "2"
    assert "was cancelled" in page.warning[0].value
    monkeypatch.setattr(opening, "load_collection", whole)
    page.button(key="read-rest").click().run()
    assert numbers(page)["Pieces"] == "4"
    assert not page.warning


def test_search_finds_by_key_and_split(open_page):
    page = open_page(DATA, view="Pieces", search="minor valid")
    table = page.dataframe[0].value
    assert len(table) and set(table["split"]) == {"valid"}
    assert all("minor" in key for key in table["key"])


def test_a_collection_that_changes_on_disk_is_read_again(open_page):
    collection_of("growing", one=file_of((0, 24, 60)))
    page = open_page(DATA, collection="growing")
    assert numbers(page)["Pieces"] == "1"
    collection_of("growing", two=file_of((0, 24, 62), (24, 24, 64)))
    page.run()
    assert numbers(page)["Pieces"] == "2"


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora beside the repo are absent")
def test_hostile_files_are_refused_with_reasons(open_page):
    page = open_page(DATA)
    page.text_input(key="import-path-0").set_value(str(CORPORA / "hostile")).run()
    page.button(key="import").click().run()
    assert not page.exception
    assert page.selectbox(key="collection").value == "hostile"
    assert int(numbers(page)["Refused files"]) > 0
    page.segmented_control(key="view").set_value("Refused").run()
    assert not page.exception


def test_a_piece_has_a_status(open_page):
    tune, other = tiny_pieces(2)
    files = {"tune": tune, "higher": tune.transposed(3), "other": other}
    collection_of("twins", **{name: midi_bytes(score) for name, score in files.items()})
    table = open_page(DATA, collection="twins", view="Pieces").dataframe[0].value
    told = dict(zip(table["file"], table["status"], strict=True))
    assert told == {
        "higher.mid": "same as 1 more",
        "other.mid": "read",
        "tune.mid": "same as 1 more",
    }


def test_a_refused_file_has_a_row_with_its_reason(open_page):
    collection_of("mixed", good=file_of((0, 24, 60), (24, 24, 64)), broken=b"MThd nothing")
    page = open_page(DATA, collection="mixed", view="Pieces")
    table = page.dataframe[0].value.set_index("file")
    assert list(table.index) == ["good.mid", "broken.mid"]
    assert table.loc["good.mid", ["notes", "status"]].tolist() == [2, "read"]
    assert table.loc["broken.mid", "status"].startswith("refused: ")
    assert table.loc["broken.mid", ["notes", "seconds", "tempo"]].isna().all()
    page = open_page(DATA, collection="mixed", view="Pieces", piece="broken.mid")
    assert "**broken\\.mid** was refused" in page.warning[0].value
    page = open_page(DATA, collection="mixed", view="Pieces", search="refused")
    assert page.dataframe[0].value["file"].tolist() == ["broken.mid"]


def test_a_link_opens_a_piece(open_page):
    page = open_page(DATA, view="Pieces", search="minor")
    file = page.dataframe[0].value["file"].iloc[3]
    page = open_page(DATA, view="Pieces", search="minor", piece=file)
    assert any(each.label == "Make its sound" for each in page.button)
    assert file in texts(page).replace("\\", "")
    assert page.query_params["piece"] == file


def test_a_piece_that_is_not_there_is_answered_and_one_of_another_collection_is_let_go(open_page):
    page = open_page(DATA, view="Pieces", piece="**nowhere**.mid")
    assert "There is no piece" in page.warning[0].value
    assert "piece" not in page.query_params
    file = page.dataframe[0].value["file"].iloc[0]
    page = open_page(DATA, view="Pieces", piece=file)
    page.selectbox(key="collection").set_value("ryans-mammoth").run()
    assert not page.warning
    assert "piece" not in page.query_params


def test_a_link_opens_the_pieces_behind_a_bar(open_page):
    page = open_page(DATA, view="Rhythm", bar="Metre: 3/4")
    assert "with **3/4**" in texts(page)
    table = page.dataframe[0].value
    assert len(table) and set(table["metre"]) == {"3/4"}
    page = open_page(DATA, view="Rhythm", bar="Metre: 99/4")
    assert not page.dataframe


def test_a_link_restores_the_window_of_the_preview(open_page):
    query = {"view": "Vocabulary", "window": "8", "window-start": "3", "token-search": "E4"}
    page = open_page(DATA, collection="bach-chorales", **query)
    assert page.number_input(key="window").value == 8
    assert page.slider(key="window-start").value == 3
    assert all("E4" in token for token in page.dataframe[0].value["token"])
