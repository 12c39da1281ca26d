"""The endpoint `/Compose/edits` and the files of the sound."""

from datetime import UTC, datetime

import pytest

from musicgen.bin import PIECES, list_bin, restore
from musicgen.composing.records.saved_pieces import delete, read_piece, save_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.readers.read_score import read_score
from musicgen.rendering.midi import midi_bytes
from musicgen.ui.server import edit_endpoint, sound_files
from tests.helpers.tiny_music import band_pieces
from tests.ui.server.asgi_client import Client

DELETE = {"name": "Delete", "removed": [[0, 48, 36, 80, 0]], "added": []}


@pytest.fixture()
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return Client([*edit_endpoint.routes(), *sound_files.routes()])


@pytest.fixture()
def piece(client):
    midi = midi_bytes(band_pieces()[0])
    now = datetime(2026, 11, 29, tzinfo=UTC)
    return save_piece(midi, "run@best", ComposeSettings(), 0, {"begin": ""}, now, name="band")


def post(client, **request):
    return client.post("/Compose/edits", {"child": "0123abcd", "known": 0, **request})


def test_a_piece_comes_with_its_parts_notes_and_time(client, piece):
    document = client.get("/Compose/edits", piece=piece.id).json()
    score = read_score(piece.midi, "a.mid")
    assert len(document["rows"]) == len(score)
    names = [(part["name"], part["is_drum"]) for part in document["parts"]]
    assert names == [("Cello", False), ("Flute", False), ("Guitar", False), ("Drums", True)]
    assert document["barLines"] == [0, 96, 192, 288, 384, 480, 576]
    assert (document["known"], document["cursor"], document["changes"]) == (0, 0, [])


def test_edits_are_saved_and_come_back_with_the_piece(client, piece):
    first = client.get("/Compose/edits", piece=piece.id).json()["rows"][0]
    change = {"name": "Delete", "removed": [first], "added": []}
    answer = post(client, piece=piece.id, lines=[change]).json()
    assert answer["known"] == 1
    assert answer["piece"] != piece.id
    document = client.get("/Compose/edits", piece=answer["piece"]).json()
    assert document["changes"] == [change]
    assert first not in document["rows"]
    undo = post(client, piece=answer["piece"], known=1, lines=[{"cursor": 0}])
    assert undo.json() == {"piece": answer["piece"], "known": 2, "branched": False}
    assert read_piece(answer["piece"]).midi == piece.midi


@pytest.mark.parametrize(
    ("request_json", "status"),
    [
        ({"piece": "../../etc", "lines": []}, 404),
        ({"piece": "none", "lines": []}, 404),
        ({"lines": [DELETE | {"removed": [[1, 1, 1, 1, 1]]}]}, 400),
        ({"lines": [DELETE | {"added": [[0, 1, 200, 1, 0]], "removed": []}]}, 400),
        ({"lines": [{"cursor": 1}]}, 400),
        ({"lines": [{}]}, 400),
        ({"lines": [], "child": "../x"}, 400),
        ({"lines": [], "known": 4}, 409),
    ],
)
def test_requests_that_do_not_fit_are_refused(client, piece, request_json, status):
    assert post(client, **{"piece": piece.id, **request_json}).status == status


def test_edits_of_two_pages_are_in_two_pieces(client, piece):
    rows = client.get("/Compose/edits", piece=piece.id).json()["rows"]
    changes = [{"name": "Delete", "removed": [row], "added": []} for row in rows[:3]]
    child = post(client, piece=piece.id, lines=changes[:1]).json()["piece"]
    one = post(client, piece=child, known=1, lines=[changes[1]], child="aaaaaaaa").json()
    other = post(client, piece=child, known=1, lines=[changes[2]], child="bbbbbbbb").json()
    assert one == {"piece": child, "known": 2, "branched": False}
    assert other["branched"] and other["piece"] != child
    edited = [
        client.get("/Compose/edits", piece=answer["piece"]).json()["changes"]
        for answer in (one, other)
    ]
    assert edited == [[changes[0], changes[1]], [changes[0], changes[2]]]


def test_a_piece_that_another_page_deleted_is_named_until_it_is_restored(client, piece):
    first = client.get("/Compose/edits", piece=piece.id).json()["rows"][0]
    lines = [{"name": "Delete", "removed": [first], "added": []}]
    delete(piece.id)
    for answer in (
        post(client, piece=piece.id, lines=lines),
        client.get("/Compose/edits", piece=piece.id),
    ):
        assert answer.status == 410
        assert answer.body.decode() == (
            "'band' was deleted on another page: restore it from the bin under All pieces"
        )
    restore(list_bin(PIECES)[0])
    assert post(client, piece=piece.id, lines=lines).json()["known"] == 1


def test_a_form_of_another_site_cannot_edit(client, piece):
    body = {"piece": piece.id, "child": "0123abcd", "known": 0, "lines": []}
    assert client.post("/Compose/edits", body, "text/plain").status == 415


def test_the_synthesizer_and_its_soundfont_are_served_and_nothing_else(client):
    assert client.get(f"{sound_files.address()}/soundfont").body.startswith(b"RIFF")
    for name in ("synthesizer.js", "processor.js"):
        answer = client.get(f"{sound_files.address()}/{name}")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert len(answer.body) > 100_000
    assert client.get(f"{sound_files.address()}/README.md").status == 404
    assert client.get(f"{sound_files.address()}/..%2Fplayer.py").status == 404
