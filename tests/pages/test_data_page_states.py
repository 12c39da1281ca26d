"""The Data page of collections with little, no or very long music, and with odd names."""

from __future__ import annotations

import io
from pathlib import Path

import pretty_midi
import pytest

from musicgen.corpus.user import user_collections
from musicgen.ui.data.vocabulary import CURVES, TOKENS, WINDOWS
from tests.helpers.locations import CORPORA
from tests.helpers.page_text import DATA, metrics, texts
from tests.helpers.small_collections import MUSIC, VIEWS, collection_of, file_of

pytestmark = pytest.mark.slow


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
    "drums only": ({"drums": drums_only()}, "1", "Drums do not count"),
}


@pytest.mark.parametrize("name", STATES)
def test_a_collection_with_little_or_no_music_says_so(open_page, name: str):
    files, pieces, text = STATES[name]
    collection_of(name, **files)
    page = open_page(DATA, collection=name)
    assert metrics(page)["Pieces"] == pieces
    assert text in texts(page)


def two_hours() -> bytes:
    """A note every second quarter of 120 a minute, for two hours."""
    return file_of(*((48 * i, 24, 40 + i % 40) for i in range(7200)))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", MUSIC)
def test_every_view_of_little_music(open_page, name: str, view: str):
    collection_of(name, one=MUSIC[name])
    page = open_page(DATA, collection=name, view=view)
    assert metrics(page)["Pieces"] == "1"
    assert page.segmented_control(key="view").value == view


@pytest.mark.parametrize("name", MUSIC)
def test_every_part_of_the_vocabulary_of_little_music(open_page, name: str):
    collection_of(name, one=MUSIC[name])
    page = open_page(DATA, collection=name, view="Vocabulary")
    for part in (TOKENS, WINDOWS, CURVES):
        page.segmented_control(key="part").set_value(part).run()
        assert not page.exception
        assert page.segmented_control(key="part").value == part


def test_a_single_piece_is_a_training_piece(open_page):
    collection_of("one piece", one=MUSIC["one piece"])
    page = open_page(DATA, collection="one piece", view="Pieces")
    assert list(page.dataframe[0].value["split"]) == ["train"]


def test_a_piece_of_two_hours(open_page):
    collection_of("long", hours=two_hours())
    page = open_page(DATA, collection="long", view="Pieces", piece="hours.mid")
    assert metrics(page)["Music"] == "2.0 h"
    assert list(page.dataframe[0].value["length"]) == ["2:00:00"]
    assert "The first 4,000 of 7,200 notes." in texts(page)


def test_every_view_of_two_hours(open_page):
    collection_of("long", hours=two_hours())
    for view in VIEWS:
        page = open_page(DATA, collection="long", view=view)
        assert page.segmented_control(key="view").value == view
        assert metrics(page)["Notes"] == "7,200"


def test_an_empty_collection_says_how_to_add_music(open_page, home: Path):
    (home / "collections" / "empty").mkdir(parents=True)
    page = open_page(DATA, collection="empty")
    assert metrics(page)["Pieces"] == "0"
    assert "Add music" in texts(page)
    assert not page.success  # there is no file that could be read


def test_a_file_name_with_markup_is_shown(open_page):
    name = "**bold** 'q' \"d\" 🎵 [x](y) $a$.mid"
    user_collections.add_files("odd", [(name, file_of((0, 24, 60), (24, 24, 67)))])
    page = open_page(DATA, collection="odd", view="Pieces")
    assert len(page.dataframe[0].value) == 1


ODD_FOLDER = "Bob's “best” 🎵 [x] (y) $a$"
ODD_FILE = "a 'b' \"c\" & <i> 🎻 #1?.mid"
ODD_REFUSED = "<b> no & music 🎹.mid"


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_odd_names(open_page, view: str, tmp_path: Path):
    folder = tmp_path / ODD_FOLDER
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / ODD_FILE).write_bytes(MUSIC["one piece"])
    (folder / ODD_REFUSED).write_bytes(b"no")
    name = user_collections.import_source(folder).name
    assert name == "Bob's best x (y) a"
    page = open_page(DATA, collection=name, view=view, piece=f"sub/{ODD_FILE}")
    assert page.selectbox(key="collection").value == name
    assert metrics(page)["Pieces"] == "1"
    if view == "Pieces":
        assert list(page.dataframe[0].value["file"]) == [f"sub/{ODD_FILE}", ODD_REFUSED]
        assert "quarters a minute" in texts(page)
        assert page.query_params["piece"] == f"sub/{ODD_FILE}"


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora beside the repo are absent")
def test_hostile_files_are_refused_with_reasons(open_page):
    page = open_page(DATA)
    page.text_input(key="import-path-0").set_value(str(CORPORA / "hostile")).run()
    page.button(key="import").click().run()
    assert not page.exception
    assert page.selectbox(key="collection").value == "hostile"
    assert int(metrics(page)["Refused files"]) > 0
    page.segmented_control(key="view").set_value("Refused").run()
    assert not page.exception
