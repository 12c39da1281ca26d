"""Endpoints of what is being played in or typed: it is there after a kill, and only once."""

import os

import pytest

from musicgen.composing.records.typed_drafts import TypedDraft, read_draft
from musicgen.ui.server import draft_endpoint
from tests.ui.server.asgi_client import Client

RECORDINGS, DRAFT = "/Compose/recordings", "/Compose/draft"
NOTES = [[0, 24, 60, 101], [24, 12, 62, 90]]


@pytest.fixture()
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return Client(draft_endpoint.routes())


def recording(key: str, **fields):
    entry = {"key": key, "places": ["piece-1"], "part": 1, "quantises": True, "notes": NOTES}
    return entry | fields


def keys_of(client, place="piece-1"):
    return [entry["key"] for entry in client.get(RECORDINGS, place=place).json()]


def test_a_recording_is_there_with_its_age_until_it_is_ended(client, tmp_path):
    entry = recording("0123456789abcde0")
    assert client.post(RECORDINGS, entry | {"notes": NOTES[:1]}).status == 204
    assert client.post(RECORDINGS, entry).status == 204
    path = tmp_path / "recordings/0123456789abcde0.json"
    then = path.stat().st_mtime - 30
    os.utime(path, (then, then))
    [found] = client.get(RECORDINGS, place="piece-1").json()
    assert 30_000 <= found.pop("age") < 60_000  # ms
    assert found == entry
    assert keys_of(client, "another-piece") == []
    assert client.delete(RECORDINGS, key=entry["key"]).json() == {"ended": True}
    assert client.delete(RECORDINGS, key=entry["key"]).json() == {"ended": False}
    assert keys_of(client) == []


def test_what_is_sent_late_does_not_bring_an_ended_recording_back(client):
    entry = recording("0123456789abcde1")
    client.post(RECORDINGS, entry)
    client.delete(RECORDINGS, key=entry["key"])
    assert client.post(RECORDINGS, entry).status == 204
    assert keys_of(client) == []


def test_a_recording_of_months_ago_is_removed(client, tmp_path):
    client.post(RECORDINGS, recording("0123456789abcde2"))
    path = tmp_path / "recordings/0123456789abcde2.json"
    os.utime(path, (0, 0))
    assert keys_of(client) == []
    assert not path.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "../../pieces"},
        {"notes": [[0, 0, 60, 80]]},
        {"notes": [[0, 1, 128, 80]]},
        {"notes": [[-1, 1, 60, 80]]},
        {"places": ["x"] * 9},
    ],
)
def test_recordings_that_do_not_fit_are_refused(client, tmp_path, fields):
    assert client.post(RECORDINGS, recording("0123456789abcde3") | fields).status == 400
    assert not (tmp_path / "recordings").exists()


def test_typed_notes_are_there_on_the_next_visit(client, monkeypatch):
    assert read_draft() == TypedDraft("")
    assert client.post(DRAFT, {"notes": "C4 E4"}).status == 204
    assert read_draft() == TypedDraft("C4 E4")
    assert client.post(DRAFT, {"notes": "C4" * 1001}).status == 400
    assert client.post(DRAFT, {"notes": "D4"}, "text/plain").status == 415
    monkeypatch.setenv("MUSICGEN_SHARED", "1")  # whose would it be?
    assert read_draft() == TypedDraft("")
